import { development, env, file, noJob, production, staging } from "./pipeline.ts";
import type { Place } from "./place.ts";
import { absent, accepted, type Row, refused } from "./row.ts";

const many = Array.from({ length: 21 }, (_, i) => env(`e${i}`));
const tooMany = /20/;
/** Somebody waits for a review of a promotion to Staging. */
const openRequest = async (at: Place) => {
  await at.load({ workflow: { options: { gate: "every" } } }, { force: true });
  await file(at, { environments: [{ ...production, archived: true }] }, { force: true });
  await at.promote("dana");
};
const inTheWay = /#\d+ is open/;

/** Names, pipelines, and what an open request needs. */
export const catalogRows: Row[] = [
  {
    ...{ rule: "Names", when: "a pipeline gets Dev and dev" },
    slack: refused(
      (at) => at.form(["New Project"], { name: "Twice", environments: "Dev\ndev" }),
      /dev is there twice|called .*dev/i,
    ),
    api: refused(
      (at) =>
        at.put({
          pipeline: [
            { slug: "one", name: "Dev" },
            { slug: "two", name: "dev" },
          ],
        }),
      /^409 (name-taken|guard-lowered)/,
    ),
    seed: refused(
      (at) =>
        file(at, {
          environments: [
            { slug: "one", name: "Dev" },
            { slug: "two", name: "dev" },
          ],
        }),
      /line \d+.*dev/is,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Names", when: "a second project gets the name of a first one, in other letters" },
    slack: refused(
      (at) =>
        at.form(["New Project"], {
          ...{ name: at.name.toUpperCase(), short_name: `${at.slug}-two`, environments: "Test\nLive" },
        }),
      /Project \d+/,
    ),
    api: refused(
      (at) =>
        at.call("PUT", `/projects/${at.slug}-two`, { name: at.name.toUpperCase(), pipeline: at.pipeline }),
      /^409 name-taken/,
    ),
    seed: refused(
      (at) =>
        at.load({
          projects: [
            { slug: `${at.slug}-two`, name: at.name.toUpperCase(), environments: [development, staging] },
          ],
        }),
      /line \d+.*Project \d+/s,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Pipeline", when: "a pipeline gets 21 environments" },
    slack: refused(
      (at) =>
        at.form(["New Project"], { name: "Long", environments: many.map(({ name }) => name).join("\n") }),
      tooMany,
    ),
    api: refused((at) => at.put({ pipeline: many }), /^422 .*20/),
    seed: refused((at) => file(at, { environments: many }), tooMany),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R2", when: "an environment is archived under an open request", given: openRequest },
    slack: refused((at) => at.clicks(`Open ${at.name}`, "Edit Staging", "Archive Staging"), inTheWay),
    api: refused((at) => at.put({ pipeline: [development, env("qa")] }), /^409 request-in-the-way/),
    seed: refused(
      (at) => file(at, { environments: [{ ...staging, archived: true }] }, { force: true }),
      inTheWay,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R2", when: "an integration is archived under an open request", given: openRequest },
    slack: refused((at) => at.clicks(`Open ${at.name}`, "Edit App", "Archive App"), inTheWay),
    api: absent("The API does not archive integrations."),
    seed: refused(
      (at) => file(at, { integrations: [{ slug: "app", name: "App", archived: true }] }, { force: true }),
      inTheWay,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R2", when: "a project is archived under an open request", given: openRequest },
    slack: refused((at) => at.clicks(`Open ${at.name}`, "Archive Project"), inTheWay),
    api: absent("The API does not archive projects."),
    seed: refused((at) => file(at, { archived: true }, { force: true }), inTheWay),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Names", when: "an environment is renamed" },
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit Production"], { name: "Live", short_name: "live" }),
      /staging > live!/,
    ),
    api: accepted(
      (at) =>
        at.put({
          pipeline: [development, staging, { slug: "live", previousSlug: "production", name: "Live" }],
        }),
      /staging > live!/,
    ),
    seed: accepted(
      (at) =>
        file(
          at,
          { environments: [{ slug: "live", previousSlug: "production", name: "Live" }] },
          { force: true },
        ),
      /staging > live!/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Names", when: "an integration is renamed" },
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit App"], { name: "Store", short_name: "store" }),
      /development b1 .*\| store/,
    ),
    api: accepted(
      (at) =>
        at.call("PUT", `/projects/${at.slug}/integrations/store`, { name: "Store", previousSlug: "app" }),
      /development b1 .*\| store/,
    ),
    seed: accepted(
      (at) =>
        file(at, { integrations: [{ slug: "store", previousSlug: "app", name: "Store" }] }, { force: true }),
      /development b1 .*\| store/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Names", when: "a project is renamed" },
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit Project"], { short_name: `${at.slug}-new` }),
      /^p\d+-new: development b1/,
    ),
    api: accepted(
      (at) =>
        at.call("PUT", `/projects/${at.slug}-new`, {
          ...{ name: at.name, previousSlug: at.slug, pipeline: at.pipeline },
        }),
      /^p\d+-new: development b1/,
    ),
    seed: accepted(
      (at) =>
        at.load(
          { projects: [{ slug: `${at.slug}-new`, previousSlug: at.slug, name: at.name }] },
          { force: true },
        ),
      /^p\d+-new: development b1/,
    ),
    elsewhere: noJob,
  },
];

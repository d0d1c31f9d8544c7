import type { Place } from "./place.ts";
import { absent, accepted, type Row, refused } from "./row.ts";

const builds = (at: Place) => `/projects/${at.slug}/integrations/app/builds`;
const deployments = (at: Place) => `/projects/${at.slug}/integrations/app/deployments`;
const report = (at: Place, build: string, environment: string, more: object = {}) =>
  at.call("POST", deployments(at), { id: `${environment}-${build}`, environment, build, ...more });
const fileOf = (at: Place, app: object) => ({
  projects: [{ slug: at.slug, name: at.name, integrations: [{ slug: "app", name: "App", ...app }] }],
});
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const record = (at: Place, environment: string, version: string, link = "") =>
  at.form([`Open ${at.name}`, "Record Deployment"], {
    ...{ environment: { option: environment }, version, ...(link && { link }) },
  });
const noJob = absent("A deployer reports how a deployment of Signoff's own went, not which build it is.");
/** Returns the links of builds and deployments in the cell's project. */
const links = async (at: Place) => {
  const { builds, integrations, projects } = await at.facts();
  const project = projects.find(({ slug }) => slug === at.slug);
  const mine = integrations.filter(({ projectId }) => projectId === project?.id).map(({ id }) => id);
  const linked = builds.find((one) => mine.includes(one.integrationId) && one.externalId === "linked");
  return String(linked?.link);
};

export const buildRows: Row[] = [
  {
    ...{ rule: "R2", when: "a known build id comes with another version" },
    slack: absent("Record Deployment makes an id of its own for a build."),
    api: refused((at) => at.call("POST", builds(at), { id: "b1", version: "9.9.9" }), /^409 build-differs/),
    seed: refused(
      (at) => at.load(fileOf(at, { builds: [{ id: "b1", version: "9.9.9" }] })),
      /line \d+.*version/s,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Links", when: "a build has a link with a user name in it", stored: links },
    slack: refused((at) => record(at, "Development", "7", "https://me:secret@ci.example/7"), /user name/i),
    api: accepted(
      (at) =>
        at.call("POST", builds(at), { id: "linked", version: "7", link: "https://me:secret@ci.example/7" }),
      "https://ci.example/7",
    ),
    seed: accepted(
      (at) =>
        at.load(
          fileOf(at, { builds: [{ id: "linked", version: "7", link: "https://me:secret@ci.example/7" }] }),
        ),
      "https://ci.example/7",
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "Time", when: "a deployment started an hour from now" },
    slack: absent("Record Deployment records it as of now."),
    api: refused((at) => report(at, "b2", "development", { startedAt: inMinutes(60) }), /^422 /),
    seed: absent("A seed file does not say when a deployment started."),
    elsewhere: absent("Signoff itself starts the deployments on which a deployer reports."),
  },
  {
    ...{ rule: "Time", when: "a deployment started two minutes from now, by another clock" },
    slack: absent("Record Deployment records it as of now."),
    api: accepted((at) => report(at, "b2", "development", { startedAt: inMinutes(2) }), /development b2 >/),
    seed: absent("A seed file does not say when a deployment started."),
    elsewhere: absent("Signoff itself starts the deployments on which a deployer reports."),
  },
  {
    ...{ rule: "Time", when: "a deployment that started earlier succeeds after one that started later" },
    slack: absent("Record Deployment records it as of now."),
    api: accepted((at) => report(at, "b2", "development", { startedAt: inMinutes(-90) }), /development b1 >/),
    seed: absent("A seed file does not say when a deployment started."),
    elsewhere: absent("Attempts of one request follow each other; see test/deployments."),
  },
  {
    ...{ rule: "Time", when: "a build was built an hour from now", stored: links },
    slack: absent("Record Deployment does not ask when a build was built."),
    api: refused(
      (at) => at.call("POST", builds(at), { id: "late", version: "8", builtAt: inMinutes(60) }),
      /^422 /,
    ),
    seed: refused(
      (at) => at.load(fileOf(at, { builds: [{ id: "late", version: "8", builtAt: inMinutes(60) }] })),
      /line \d+.*builtAt|ahead|future/is,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "the first build comes to an empty guarded environment without a request" },
    slack: accepted((at) => record(at, "Production", "1.1.0"), /production! b2 \|/),
    api: accepted((at) => report(at, "b2", "production"), /production! b2 \(outside approval\)/),
    seed: accepted(
      (at) => at.load(fileOf(at, { builds: at.builds, live: { production: "b2" } })),
      /production! b2 \|/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "a later build comes to a guarded environment without a request" },
    given: (at) => record(at, "Production", "1.0.0"),
    slack: accepted((at) => record(at, "Production", "1.1.0"), /production! b2 \(outside approval\)/),
    api: accepted((at) => report(at, "b2", "production"), /production! b2 \(outside approval\)/),
    seed: accepted(
      (at) => at.load(fileOf(at, { builds: at.builds, live: { production: "b2" } }), { force: true }),
      /production! b2 \(outside approval\)/,
    ),
    elsewhere: noJob,
  },
];

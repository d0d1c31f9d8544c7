import { development, env, file, noJob, production, staging } from "./pipeline.ts";
import { absent, accepted, never, type Row, refused } from "./row.ts";

const lowered = /^409 guard-lowered: .*[Aa]da/s;

/** What guards a project: critical environments, their order, and who may request. */
export const guardRows: Row[] = [
  {
    ...{ rule: "R14", when: "the requester roles are left out" },
    given: (at) => at.put({ requesterRoles: ["Developers"] }),
    slack: never.form,
    api: accepted((at) => at.put({ name: `${at.name} new` }), /requesters: Developers/),
    seed: accepted((at) => file(at, { name: `${at.name} new` }, { force: true }), /requesters: Developers/),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R14", when: "everyone is let request who may not yet" },
    given: (at) => at.put({ requesterRoles: ["Developers"] }),
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit Project"], { requesters: [] }),
      /requesters: everyone/,
    ),
    api: refused((at) => at.put({ requesterRoles: [] }), lowered),
    seed: accepted((at) => file(at, { requesters: [] }, { force: true }), /requesters: everyone/),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R14", when: "a further role is let request" },
    given: (at) => at.put({ requesterRoles: ["Developers"] }),
    slack: accepted(async (at) => {
      const { roles } = await at.facts();
      const requesters = roles.filter(({ name }) => /Developers|Reviewers/.test(name)).map(({ id }) => id);
      return at.form([`Open ${at.name}`, "Edit Project"], { requesters });
    }, /requesters: (Developers, Reviewers|Reviewers, Developers)/),
    api: refused((at) => at.put({ requesterRoles: ["Developers", "Reviewers"] }), lowered),
    seed: accepted(
      (at) => file(at, { requesters: ["Developers", "Reviewers"] }, { force: true }),
      /requesters: (Developers, Reviewers|Reviewers, Developers)/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "whether an environment is critical is left out" },
    slack: never.form,
    api: accepted((at) => at.put({ pipeline: [development, staging, env("production")] }), /production!/),
    seed: accepted(
      (at) => file(at, { environments: [development, staging, env("production")] }, { force: true }),
      /production!/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "a critical environment becomes less guarded" },
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit Production"], { critical: [] }),
      /production \|/,
    ),
    api: refused(
      (at) => at.put({ pipeline: [development, staging, env("production", { critical: false })] }),
      lowered,
    ),
    seed: accepted(
      (at) => file(at, { environments: [env("production", { critical: false })] }, { force: true }),
      /production \|/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "a critical environment is left out of the pipeline" },
    slack: absent("An environment is archived by its button; see the next row."),
    api: refused((at) => at.put({ pipeline: [development, staging] }), lowered),
    seed: accepted((at) => file(at, { environments: [development, staging] }), /staging > production!/),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "a critical environment is archived explicitly" },
    slack: accepted(async (at) => {
      await at.clicks(`Open ${at.name}`, "Edit Production", "Archive Production");
      return "";
    }, /> staging \|/),
    api: absent("Leaving it out is the only way to say this in the API; see the row before."),
    seed: accepted(
      (at) => file(at, { environments: [{ ...production, archived: true }] }, { force: true }),
      /> staging \|/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "a critical environment is replaced by one that states nothing" },
    slack: absent("An environment is added in Slack with its guard stated, and archived by its button."),
    api: refused(
      (at) => at.put({ pipeline: [development, staging, { slug: "prod", name: "Production" }] }),
      lowered,
    ),
    seed: refused(
      (at) => file(at, { environments: [development, staging, { slug: "prod", name: "Production" }] }),
      /Production/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "an environment that states nothing is added after a critical one" },
    slack: absent("The form always states whether an environment is critical."),
    api: accepted((at) => at.put({ pipeline: [...at.pipeline, env("disaster")] }), /production! > disaster!/),
    seed: accepted(
      (at) => file(at, { environments: [...at.pipeline, env("disaster")] }),
      /production! > disaster!/,
    ),
    elsewhere: noJob,
  },
  {
    ...{ rule: "R1", when: "the environment before a critical one is moved after it" },
    slack: accepted(
      (at) => at.form([`Open ${at.name}`, "Edit Staging"], { after: { option: "After Production" } }),
      /development b1 > production! > staging/,
    ),
    api: refused((at) => at.put({ pipeline: [development, production, staging] }), lowered),
    seed: accepted(
      (at) => file(at, { environments: [development, production, staging] }, { force: true }),
      /development b1 > production! > staging/,
    ),
    elsewhere: noJob,
  },
];

import { stringify } from "yaml";
import { system } from "../../../src/domain/shared/actor.ts";
import { scopes } from "../../../src/domain/tokens/scope.ts";
import { SeedError } from "../../../src/seed/seed-file.ts";
import { saveMembers } from "../../../src/usecases/people/save-members.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { accepted } from "../../support/catalog.ts";
import { openSettingsAs } from "../../support/settings.ts";
import { type TestStack, textOf } from "../../support/test-stack.ts";
import { type Facts, readFacts } from "../property/facts.ts";

/**
 * Returns the file that sets everything up before the cells. Ada is an admin, Bob and Carol review, Dana requests; Sam has no
 * role. Build b1 is live in Development in each project, and b2 is registered.
 */
export const organizationFile = (projectCount: number) => ({
  roles: [
    { name: "Admin", members: ["ada@acme.example"] },
    { name: "Reviewers", members: ["bob@acme.example", "carol@acme.example"] },
    { name: "Developers", members: ["dev@acme.example"] },
  ],
  workflow: { enabled: true, roles: ["Reviewers"], options: { gate: "critical" } },
  projects: Array.from({ length: projectCount }, (_, i) => ({
    ...{ slug: `p${i + 1}`, name: `Project ${i + 1}`, environments: pipeline },
    integrations: [{ slug: "app", name: "App", builds, live: { development: "b1" } }],
  })),
});

const builds = [
  { id: "b1", version: "1.0.0" },
  { id: "b2", version: "1.1.0" },
];

const pipeline = [
  { slug: "development", name: "Development" },
  { slug: "staging", name: "Staging" },
  { slug: "production", name: "Production", critical: true },
];

export type Place = ReturnType<typeof placeOf>;

/** Counts the projects, so that each cell has one of its own. */
let count = 0;

/** The values of a form, by input. `option`: the option of a select with this text. */
type Values = Record<string, string | string[] | { option: string }>;

type Answered = {
  status: number;
  body: { code?: string; detail?: string; notes?: unknown; errors?: unknown };
};

/** Returns a project of a cell, and the entry points by which it is changed. */
export function placeOf(stack: TestStack, token: string) {
  count += 1;
  const slug = `p${count}`;
  const name = `Project ${count}`;
  const api = async (method: string, path: string, body?: unknown, other = token): Promise<Answered> => {
    const answer = await fetch(`${stack.botUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${other}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answered["body"] };
  };
  const facts = () => readFacts(stack.app.context.db, stack.app.organizationId);
  return {
    ...{ stack, slug, name, facts, pipeline, builds, answer: api },
    /** Makes a token for Lee, who leaves then. */
    tokenOfLeaver: () => tokenOfLeaver(stack),
    /** Makes a token that acts for this person. */
    tokenOf: (who: string) => tokenFor(stack, stack.id(who)),
    /** Clicks a button of a card of this request that was drawn a while ago. Returns what the person is told. */
    clickOld: async (who: string, actionId: string, number: number) => {
      const { workspace } = stack.slack;
      const elements = [
        {
          type: "button",
          action_id: actionId,
          value: String(number),
          text: { type: "plain_text", text: "Go" },
        },
      ];
      const blocks = [{ type: "actions", elements }];
      const card = workspace.post({ channel: "CALL", user: workspace.bot.userId, text: "Old", blocks });
      const told = stack.slack.ephemeralsFor(stack.id(who)).length;
      await stack.slack.click(stack.id(who), card, { actionId });
      await stack.settle();
      return stack.slack.ephemeralsFor(stack.id(who)).length > told ? stack.lastEphemeral(who) : "";
    },
    /** Calls the API. Returns the status, the code, and the words of a problem. */
    call: async (method: string, path: string, body?: unknown, other?: string): Promise<string> => {
      const { status, body: answer } = await api(method, path, body, other);
      return status < 300
        ? ""
        : `${status} ${answer.code}: ${answer.detail} ${JSON.stringify(answer.errors ?? "")}`;
    },
    /** Calls the API about this project. */
    put: (change: object) =>
      api("PUT", `/projects/${slug}`, { name, pipeline, ...change }).then(({ status, body }) =>
        status < 300 ? "" : `${status} ${body.code}: ${body.detail} ${JSON.stringify(body.errors ?? "")}`,
      ),
    /** Loads a seed file. Returns the words of its faults. */
    load: async (file: object, options: { force?: boolean; skipMissingPeople?: boolean } = {}) => {
      try {
        await stack.load(stringify(file), options);
        return "";
      } catch (error) {
        if (error instanceof SeedError) return error.message;
        throw error;
      }
    },
    /** Opens the settings as Ada, clicks these buttons, and submits the form that opens. Returns its errors. */
    form: async (buttons: string[], values: Values) => {
      const person = openSettingsAs(stack, "ada", "modal");
      await person.open();
      for (const button of buttons) await person.press(button);
      await person.form();
      const chosen: Record<string, string | string[]> = {};
      for (const [input, value] of Object.entries(values)) {
        chosen[input] =
          typeof value === "object" && "option" in value ? await person.option(input, value.option) : value;
      }
      const errors = Object.values(await person.submit(chosen)).join(" ");
      await person.close();
      await stack.settle();
      return errors;
    },
    /** Opens the settings as Ada, and clicks these buttons. Returns what the settings say last. */
    clicks: async (...buttons: string[]) => {
      const person = openSettingsAs(stack, "ada", "modal");
      await person.open();
      for (const button of buttons) await person.press(button);
      await stack.settle();
      const text = person.text();
      await person.close();
      return text;
    },
    /** Requests a promotion with `/promote`. Returns why it was refused. */
    promote: async (who: string, target = "staging") => {
      const id = stack.id(who);
      await stack.slack.command(id, `/promote ${slug}/app ${target}`);
      const view = stack.slack.topView(id);
      if (view === undefined) return stack.lastEphemeral(who);
      if (view.submit !== null) await stack.slack.submit(id);
      const after = stack.slack.topView(id);
      const words = after === undefined ? "" : `${Object.values(after.errors).join(" ")} ${textOf(after)}`;
      while (stack.slack.topView(id)) await stack.slack.closeView(id);
      await stack.settle();
      return words;
    },
    /** Returns the project as one line: what is live where, who may request, and the integrations. */
    line: async () => lineOf(await facts(), slug, await former(stack, slug)),
  };
}

async function tokenOfLeaver(stack: TestStack): Promise<string> {
  const { context, organizationId } = stack.app;
  const lee = { organizationId, id: "ULEE", name: "Lee Leaver", email: null, timeZone: "UTC" };
  await saveMembers(context, [{ ...lee, status: "active" }]);
  const token = await tokenFor(stack, "ULEE");
  await saveMembers(context, [{ ...lee, status: "deactivated" }]);
  return token;
}

async function tokenFor({ app }: TestStack, memberId: string): Promise<string> {
  const { context, organizationId } = app;
  const by = { organizationId, actor: system("test"), surface: "seed" as const };
  const name = `CI of ${memberId}`;
  return accepted(await createToken(context, { ...by, name, scopes, projectId: null, memberId })).text;
}

/** Returns the id of the project that has, or had, this slug. */
async function former(stack: TestStack, slug: string): Promise<string | undefined> {
  const rows = await stack.database.database.db.query.formerSlugs.findMany();
  return rows.find((row) => row.owner === "project" && row.slug === slug)?.ownerId;
}

function lineOf(facts: Facts, slug: string, formerId: string | undefined): string {
  const project = facts.projects.find((one) => one.slug === slug || one.id === formerId);
  if (project === undefined) return "no project";
  const integrations = facts.integrations.filter((one) => one.projectId === project.id && !one.archived);
  const environments = facts.environments.filter((one) => one.projectId === project.id);
  const liveIn = (environmentId: string) =>
    facts.live
      .filter((live) => live.environmentId === environmentId)
      .map(({ buildId, outside }) => {
        const build = facts.builds.find(({ id }) => id === buildId);
        return ` ${build?.externalId}${outside ? " (outside approval)" : ""}`;
      })
      .join("");
  const roles = project.requesters.map((id) => facts.roles.find((role) => role.id === id)?.name);
  return [
    `${project.slug}${project.archived ? " (archived)" : ""}:`,
    environments
      .map(({ id, slug: one, critical }) => `${one}${critical ? "!" : ""}${liveIn(id)}`)
      .join(" > "),
    `| requesters: ${roles.join(", ") || "everyone"}`,
    `| ${integrations.map(({ slug: one, deployer }) => `${one} (${deployer})`).join(", ")}`,
  ].join(" ");
}

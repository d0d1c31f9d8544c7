import { member } from "../../../src/domain/shared/actor.ts";
import { refusalWords } from "../../../src/slack/words/refusals.ts";
import { saveMembers } from "../../../src/usecases/people/save-members.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import type { Place } from "./place.ts";
import { absent, accepted, type Cell, never, type Row, refused } from "./row.ts";

/** Names with characters that hide or reorder others, or end a line. */
const hiddenNames = {
  "a line break": "Pay\n✅ Approved by Bob",
  "a paragraph separator": "Pay\u2029ments",
  "a right-to-left override": "Pay\u202Estnem",
  "an isolate": "Pay\u2066ments",
  "a zero-width space": "Pay\u200Bments",
  "a bell": "Pay\u0007ments",
};

/** None of the hidden characters is left. */
const cleaned = /^Pay[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*( \| Pay[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*)*$/u;

/** Each of the names is refused. */
const refusedEach = (give: (at: Place, name: string) => Promise<string>): Cell =>
  refused(async (at) => {
    for (const [kind, name] of Object.entries(hiddenNames)) {
      const words = await give(at, name);
      if (!/line break|hides/i.test(words)) return `With ${kind}: ${words || "accepted"}`;
    }
    return "Each was refused";
  }, /^Each was refused$/);

/** Each of the names is accepted, and cleaned. */
const cleanedEach = (give: (at: Place, name: string, i: number) => Promise<string>): Cell =>
  accepted(async (at) => {
    const words: string[] = [];
    for (const [i, name] of Object.values(hiddenNames).entries()) words.push(await give(at, name, i));
    return words.join("");
  }, cleaned);

const environments = (name: string) => [
  { slug: "development", name: "Development" },
  { slug: "staging", name },
];
const roleNames = async (at: Place) => (await at.facts()).roles.map((role) => role.name).join(", ");

export const nameRows: Row[] = [
  {
    ...{ rule: "Names", when: "a role gets a name with hidden characters", stored: roleNames },
    slack: refusedEach((at, name) => at.form(["Show Roles", "New Role"], { role_name: name })),
    api: never.tokenSettings,
    seed: refusedEach((at, name) => at.load({ roles: [{ name, members: [] }] })),
    elsewhere: absent("A user group gives a role its members, not its name."),
  },
  {
    ...{ rule: "Names", when: "a project gets a name with hidden characters" },
    slack: refusedEach((at, name) =>
      at.form(["New Project"], { name, short_name: `${at.slug}-new`, environments: "Test\nLive" }),
    ),
    api: refusedEach((at, name) => at.put({ name })),
    seed: refusedEach((at, name) => at.load({ projects: [{ slug: at.slug, name }] })),
    elsewhere: never.ownWords,
  },
  {
    ...{ rule: "Names", when: "an environment gets a name with hidden characters" },
    slack: refusedEach((at, name) =>
      at.form([`Open ${at.name}`, "Add Environment"], { name, short_name: "qa" }),
    ),
    api: refusedEach((at, name) => at.put({ pipeline: environments(name) })),
    seed: refusedEach((at, name) =>
      at.load({ projects: [{ slug: at.slug, name: at.name, environments: environments(name) }] }),
    ),
    elsewhere: never.ownWords,
  },
  {
    ...{ rule: "Names", when: "an integration gets a name with hidden characters" },
    slack: refusedEach((at, name) =>
      at.form([`Open ${at.name}`, "Add Integration"], { name, short_name: "new" }),
    ),
    api: refusedEach((at, name) => at.call("PUT", `/projects/${at.slug}/integrations/new`, { name })),
    seed: refusedEach((at, name) => {
      const integrations = [{ slug: "new", name }];
      return at.load({ projects: [{ slug: at.slug, name: at.name, integrations }] });
    }),
    elsewhere: never.ownWords,
  },
  {
    ...{ rule: "Names", when: "a token gets a name with hidden characters" },
    slack: refusedEach((at, name) =>
      at.form(["Show API Tokens", "New Token"], { token_name: name, token_scopes: ["builds:write"] }),
    ),
    api: never.tokenSettings,
    seed: absent("A seed file has no tokens: they are secrets."),
    // `npm run token` calls this use case.
    elsewhere: refusedEach(async ({ stack }, name) => {
      const { context, organizationId } = stack.app;
      const made = await createToken(context, {
        ...{ organizationId, actor: member(stack.id("ada")), surface: "command-line", name },
        ...{ scopes: ["builds:write"], projectId: null, memberId: stack.id("ada") },
      });
      return made.ok ? "" : refusalWords(made.refusal);
    }),
  },
  {
    ...{
      rule: "Names",
      when: "the author of a build, or a person in Slack, has a name with hidden characters",
    },
    stored: storedNames,
    slack: absent("Nobody types the name of another person."),
    api: cleanedEach((at, author, i) =>
      at.call("POST", `/projects/${at.slug}/integrations/app/builds`, {
        id: `x${i}`,
        version: `9.${i}`,
        author,
      }),
    ),
    seed: cleanedEach((at, author, i) => {
      const builds = [{ id: `x${i}`, version: `9.${i}`, author }];
      const integrations = [{ slug: "app", name: "App", builds }];
      return at.load({ projects: [{ slug: at.slug, name: at.name, integrations }] });
    }),
    elsewhere: cleanedEach(async ({ stack, slug }, name) => {
      const { context, organizationId } = stack.app;
      const person = {
        id: `U${slug.toUpperCase()}`,
        email: null,
        timeZone: "UTC",
        status: "active",
      } as const;
      await saveMembers(context, [{ ...person, organizationId, name }]);
      return "";
    }),
  },
];

/** Returns the names of people and authors that begin with Pay. */
async function storedNames({ facts, stack, slug }: Place): Promise<string> {
  const people = await stack.database.database.db.query.members.findMany();
  const { builds, integrations, projects } = await facts();
  const project = projects.find((one) => one.slug === slug)?.id;
  const own = integrations.filter((one) => one.projectId === project).map(({ id }) => id);
  const authors = builds.filter((one) => own.includes(one.integrationId)).map(({ author }) => author);
  const names = people.filter(({ id }) => id === `U${slug.toUpperCase()}`).map(({ name }) => name);
  return [...names, ...authors].filter((name) => name?.startsWith("Pay")).join(" | ");
}

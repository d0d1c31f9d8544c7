import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { apiTokens, auditLog } from "../../../db/schema/index.ts";
import { system } from "../../../src/domain/shared/actor.ts";
import { type Scope, scopes } from "../../../src/domain/tokens/scope.ts";
import { createProject } from "../../../src/usecases/catalog/create-project.ts";
import { saveMembers } from "../../../src/usecases/people/save-members.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { revokeToken } from "../../../src/usecases/tokens/revoke-token.ts";
import { useToken } from "../../../src/usecases/tokens/use-token.ts";
import { accepted } from "../../support/catalog.ts";
import { reserveConnection } from "../../support/reserve-connection.ts";
import { openSettingsAs, type SettingsEntry } from "../../support/settings.ts";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ answerWithinMs: 1_000 });
});

afterAll(() => stack?.stop());

beforeEach(() => stack.database.database.db.delete(apiTokens));

afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  stack.slack.faults.clear();
  for (const name of ["ada", "dana"]) await openSettingsAs(stack, name, "modal").close();
});

const by = () => ({
  organizationId: stack.app.organizationId,
  actor: system("test"),
  surface: "seed" as const,
});

/** Adds a token directly to the database. */
const made = async (name: string, chosen: readonly Scope[] = ["builds:write"], owner = "ada") =>
  accepted(
    await createToken(stack.app.context, {
      ...{ ...by(), name, scopes: chosen, projectId: null, memberId: stack.id(owner) },
    }),
  );

const open = async (name = "ada", entry: SettingsEntry = "modal") => {
  const person = openSettingsAs(stack, name, entry);
  await person.open();
  await person.press("Show API Tokens");
  await person.waitForText("New Token");
  return person;
};

const newToken = async (entry: SettingsEntry = "modal") => {
  const ada = await open("ada", entry);
  await ada.press("New Token");
  await eventually(() => expect(stack.modal("ada").title?.text).toBe("New Token"));
  return ada;
};

const shown = (text: string): string => {
  const [found, ...others] = text.match(/sgn_[A-Za-z0-9_-]{43}/g) ?? [];
  if (found === undefined || others.length > 0) throw new Error(`It shows no one token: ${text}`);
  return found;
};

describe.each<SettingsEntry>(["modal", "home"])("in the %s", (entry) => {
  test("while there is no token, it is said what one is for", async () => {
    const ada = await open("ada", entry);
    expect(ada.text()).toContain("There is no API token yet.");
    expect(ada.text()).toContain("A token never reviews.");
  });

  test("a token is made, shown once with how to send it, and works", async () => {
    const ada = await newToken(entry);
    expect(ada.text()).toContain("a request that it makes counts as yours, for self-review too");
    const project = await ada.option("token_project", "Commerce");
    const values = {
      token_name: "CI",
      token_scopes: ["requests:read", "builds:write"],
      token_project: project,
    };
    expect(await ada.submit(values)).toEqual({});
    await ada.waitForText("Copy it now: *you will not see it again.*");
    const text = shown(ada.text());
    await ada.waitForText("```Authorization: Bearer $SIGNOFF_TOKEN```");
    const api = `${stack.config.http.publicUrl}/api/v1`;
    await ada.waitForText(`The API is at \`${api}\`: see <${api}/openapi.json|all its calls>`);
    await ada.waitForText("It may register builds and see requests, and what is live where.");
    const token = accepted(await useToken(stack.app.context, text));
    expect(token).toMatchObject({
      ...{ name: "CI", scopes: ["builds:write", "requests:read"], projectId: project },
      ...{ memberId: stack.id("ada"), makerId: stack.id("ada") },
    });
    await stack.slack.closeView(stack.id("ada"));
    await ada.waitForText(
      `*CI*  \`…${text.slice(-4)}\`\n\`builds:write\` \`requests:read\`\nCommerce only · made by Ada Admin`,
    );
    await ada.press("API Tokens, shown now");
    await ada.waitForText(/made by Ada Admin, <!date.*> · last used <!date/);
    expect(ada.text()).not.toContain(text);
  });

  test("a token is revoked, and refused from then on", async () => {
    const { text } = await made("Old CI");
    const ada = await open("ada", entry);
    await ada.waitForText(/\*Old CI\*.*\n.*\nEvery project · made by Ada Admin, <!date.*> · never used/);
    await ada.press("Revoke Old CI");
    await ada.waitForText("There is no API token yet.");
    expect(await useToken(stack.app.context, text)).toMatchObject({ refusal: { why: "revoked" } });
  });

  test("a hundred tokens fit, page by page, and revoking keeps the page", async () => {
    for (let i = 0; i < 100; i++) await made(`Token ${String(i).padStart(3, "0")}`.padEnd(80, "&"), scopes);
    const ada = await open("ada", entry);
    await ada.waitForText("1–20 of 100 tokens");
    for (const page of ["21–40", "41–60", "61–80", "81–100"]) {
      await ada.press("Next page of tokens");
      await ada.waitForText(`${page} of 100 tokens`);
    }
    expect(ada.buttons()).not.toContain("Next page of tokens");
    await ada.press("Previous page of tokens");
    await ada.waitForText("61–80 of 100 tokens");
    await ada.press(`Revoke ${"Token 065".padEnd(59, "&")}…`);
    await ada.waitForText("61–80 of 99 tokens");
  });
});

describe("the form", () => {
  test("says at its field what is wrong, and keeps what was typed", async () => {
    await made("CI");
    const ada = await newToken();
    expect(await ada.submit({ token_name: "ci", token_scopes: ["builds:write"] })).toEqual({
      token_name:
        "There is one called CI already. Choose another name; if nobody ever saw that token, revoke it.",
    });
    expect(await ada.submit({ token_name: "   " })).toEqual({
      token_name: "A token needs a name of at most 80 characters.",
    });
    expect(await ada.submit({ token_name: "CI 2" })).toEqual({});
    await ada.waitForText("*CI 2* is ready");
  });

  test("a project that was archived meanwhile is refused at its field", async () => {
    const created = await createProject(stack.app.context, {
      ...{ ...by(), name: "Fleeting", slug: "fleeting", requesterRoleIds: [] },
      environments: [{ name: "Live", slug: "live", critical: false }],
    });
    const { projectId } = accepted(created);
    const ada = await newToken();
    await stack.database.database.db.execute(
      sql`update projects set archived_at = now() where id = ${projectId}`,
    );
    const values = { token_name: "CI", token_scopes: ["builds:write"], token_project: projectId };
    expect(await ada.submit(values)).toEqual({ token_project: "This project does not exist any more." });
  });

  test("names come to no life, in the list and where the token is shown", async () => {
    const ada = await newToken();
    await ada.submit({ token_name: "<!channel> & `co`", token_scopes: ["builds:write"] });
    await ada.waitForText("*&lt;!channel&gt; &amp; <!date^0^{_}|`>co<!date^0^{_}|`>* is ready");
    await stack.slack.closeView(stack.id("ada"));
    await ada.waitForText("*&lt;!channel&gt; &amp; <!date^0^{_}|`>co<!date^0^{_}|`>*  `…");
  });

  test("with more projects than a select takes they are searched", async () => {
    for (let i = 0; i < 100; i++) {
      const created = await createProject(stack.app.context, {
        ...{ ...by(), name: `Project ${i}`, slug: `project-${i}`, requesterRoleIds: [] },
        environments: [{ name: "Live", slug: "live", critical: false }],
      });
      accepted(created);
    }
    const ada = await newToken();
    const project = await ada.option("token_project", "Project 77");
    expect(await ada.option("token_project", "Every project")).toBe("all");
    await ada.submit({ token_name: "CI", token_scopes: ["builds:write"], token_project: project });
    await ada.waitForText("*CI* is ready");
    expect(accepted(await useToken(stack.app.context, shown(ada.text()))).projectId).toBe(project);
  });
});

describe("a token that nobody saw", () => {
  test("when its answer is late, it is said to be of no use, and how to go on", async () => {
    const ada = await newToken();
    const { organizationId } = stack.app;
    const other = await reserveConnection(stack.database.database.sql);
    const values = { token_name: "Lost", token_scopes: ["builds:write"] };
    try {
      await other`begin`;
      await other`select pg_advisory_xact_lock(hashtext('tokens'), hashtext(${organizationId}))`;
      const { token_name } = await ada.submit(values);
      expect(token_name).toBe(
        "Signoff could not confirm this in time. If the list shows a token of this name, revoke it: nobody saw it, and nobody can. Then make another one.",
      );
    } finally {
      await other`commit`;
      other.release();
    }
    await eventually(async () =>
      expect(await stack.database.database.db.select().from(apiTokens)).toHaveLength(1),
    );
    expect((await ada.submit(values)).token_name).toMatch(/if nobody ever saw that token, revoke it/);
    await ada.close();
    await open();
    await ada.press("Revoke Lost");
    await ada.waitForText("There is no API token yet.");
  });

  test("when nothing was made, that is said", async () => {
    const ada = await newToken();
    const { db } = stack.database.database;
    await db.execute(sql`alter table api_tokens rename to api_tokens_away`);
    try {
      const { token_name } = await ada.submit({ token_name: "CI", token_scopes: ["builds:write"] });
      expect(token_name).toBe(
        "Something went wrong on Signoff's side. Nothing was changed, try again in a moment.",
      );
    } finally {
      await db.execute(sql`alter table api_tokens_away rename to api_tokens`);
    }
  });
});

describe("who may", () => {
  test("R13: who is no admin does not get there, and reads who does", async () => {
    await stack.slack.command(stack.id("dana"), "/promotion-settings");
    expect(stack.lastEphemeral("dana")).toBe("Only admins can change settings. Ada Admin can.");
    await stack.openHome("dana");
    expect(JSON.stringify(stack.home("dana").blocks)).not.toContain("settings");
  });

  test("R13: who is no admin any more is told so at the button, at the form, and at Revoke", async () => {
    const { token } = await made("CI");
    const ada = await newToken();
    const hold = (members: string[]) =>
      stack.reseed((seed) => {
        seed.roles = seed.roles.map((role) => (role.name === "Admin" ? { ...role, members } : role));
      });
    const adminsOf = (names: string[]) => hold(names.map((name) => `${name}@acme.example`));
    await adminsOf(["bob"]);
    try {
      const words = "Only admins can change settings. Bob Reviewer can.";
      expect(await ada.submit({ token_name: "CI 2", token_scopes: ["builds:write"] })).toEqual({
        token_name: words,
      });
      await stack.slack.closeView(stack.id("ada"));
      await stack.pressModal("ada", "revoke_token", JSON.stringify({ tokenId: token.id, page: 0 }));
      await ada.waitForText(words);
      await stack.slack.closeView(stack.id("ada"));
      await stack.pressModal("ada", "create_token", "new");
      await ada.waitForText(words);
      expect(await stack.database.database.db.select().from(apiTokens)).toMatchObject([{ revokedAt: null }]);
    } finally {
      await adminsOf(["ada"]);
    }
  });

  test("two admins at once: who revokes second sees that it is gone, and the log has it once", async () => {
    const { token } = await made("CI");
    const ada = await open();
    accepted(await revokeToken(stack.app.context, { ...by(), tokenId: token.id }));
    await ada.press("Revoke CI");
    await ada.waitForText("There is no API token yet.");
    const { db } = stack.database.database;
    const log = await db
      .select()
      .from(auditLog)
      .where(sql`subject = ${`token:${token.id}`}`)
      .orderBy(auditLog.id);
    expect(log.map(({ action }) => action)).toEqual(["token.created", "token.revoked"]);
  });

  test("a token whose maker left says that it is refused", async () => {
    const { context, organizationId } = stack.app;
    const sam = { organizationId, id: stack.id("sam"), name: "Sam", email: null, timeZone: "UTC" };
    await saveMembers(context, [{ ...sam, status: "active" }]);
    await made("CI", ["builds:write"], "sam");
    await saveMembers(context, [{ ...sam, status: "deactivated" }]);
    const ada = await open();
    await ada.waitForText("⚠️ It is refused: Sam is no active full member any more.");
  });
});

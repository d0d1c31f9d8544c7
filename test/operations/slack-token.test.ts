import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ConfigError, readConfig, readSeedConfig } from "../../src/config.ts";
import { neededScopes } from "../../src/directory/bot-scopes.ts";
import { install } from "../../src/directory/install.ts";
import { slackClients } from "../../src/slack/client/clients.ts";
import { startChild } from "../support/child.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { recordedLog } from "../web/slack/start-receiver.ts";

/** What auth.test answers, and the scopes of the token. */
let answer: { body: object; scopes: string | undefined };
let server: Server;
let apiUrl: string;
let database: TestDatabase;

const bot = { ok: true, team_id: "T1", team: "Acme", url: "https://acme.slack.com/", user_id: "UBOT" };

beforeAll(async () => {
  server = createServer((_, response) => {
    if (answer.scopes !== undefined) response.setHeader("x-oauth-scopes", answer.scopes);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  database = await testDatabase();
});

afterAll(async () => {
  server?.close();
  await database?.drop();
});

beforeEach(() => {
  answer = { body: { ...bot, bot_id: "B1" }, scopes: neededScopes.join(",") };
});

async function installed() {
  const { log, lines } = recordedLog();
  const { people } = slackClients({ token: "xoxb-1", apiUrl, log });
  const context = { db: database.database.db, now: () => new Date(), wake: () => {} };
  const { organizationId } = await install(context, people, log);
  return { organizationId, errors: lines.filter((line) => line.includes('"level":"error"')) };
}

test("a bot token with all scopes is accepted without a word", async () => {
  expect(await installed()).toEqual({ organizationId: "T1", errors: [] });
});

test("a token of a person is reported at the start, with what to set instead", async () => {
  answer.body = bot;
  await expect(installed()).rejects.toThrow(/token of a person.*Bot User OAuth Token/);
});

test("a token of an app that is installed for a whole organization is reported at the start", async () => {
  answer.body = { ...bot, team_id: undefined, is_enterprise_install: true, bot_id: "B1" };
  await expect(installed()).rejects.toThrow(/whole organization/);
});

test.each(["not_allowed_token_type", "two_factor_setup_required", "token_revoked", "missing_scope"])(
  "%s is reported at once, without a retry",
  async (error) => {
    answer.body = { ok: false, error };
    await expect(installed()).rejects.toThrow(`Slack refuses SLACK_BOT_TOKEN`);
  },
);

test.each(["chat:write", "commands", "users:read"])(
  "a token without %s ends the start: nothing would work",
  async (scope) => {
    answer.scopes = neededScopes.filter((name) => name !== scope).join(",");
    await expect(installed()).rejects.toThrow(`SLACK_BOT_TOKEN lacks these scopes: ${scope} (`);
  },
);

test("other missing scopes are named in the log, with what does not work without them", async () => {
  answer.scopes = "commands, chat:write, users:read, users:read.email, channels:read";
  const { errors } = await installed();
  expect(errors).toHaveLength(1);
  expect(errors[0]).toContain("usergroups:read (roles that follow a user group)");
  expect(errors[0]).toContain("groups:read (cards in a private channel)");
  expect(errors[0]).not.toContain("users:read.email");
});

test("a server that names no scopes is not asked for any", async () => {
  answer.scopes = undefined;
  expect(await installed()).toEqual({ organizationId: "T1", errors: [] });
});

test("a token pasted as the signing secret, or a secret as the token, is reported before anything starts", () => {
  const env = { SLACK_BOT_TOKEN: "8f742231b10e8888abcd99eee00085a5", SLACK_SIGNING_SECRET: "xoxb-1" };
  const faults = faultsOf(() => readConfig(env));
  expect(faults).toContainEqual(
    expect.stringMatching(/^SLACK_BOT_TOKEN is not a bot token: it is the signing secret.*xoxb-…/),
  );
  expect(faults).toContainEqual(expect.stringMatching(/^SLACK_SIGNING_SECRET is a token/));
});

test("npm run seed reports a token of the wrong kind before it reads anything", async () => {
  const faults = faultsOf(() => readSeedConfig({ SLACK_BOT_TOKEN: "xapp-1", DATABASE_URL: "embedded" }));
  expect(faults).toEqual([
    expect.stringMatching(/^SLACK_BOT_TOKEN is not a bot token: it is an app-level token.*xoxb-…/),
  ]);
});

test("npm start with a token of a person ends with 1 and says which token is needed", async () => {
  answer.body = bot;
  const child = startChild({
    DATABASE_URL: database.url,
    SLACK_BOT_TOKEN: "xoxb-1",
    SLACK_API_URL: apiUrl.slice(0, -1),
    ...{ SLACK_SIGNING_SECRET: "s", RESEND_API_KEY: "re_1", EMAIL_FROM: "a@acme.example" },
    ...{ SIGNOFF_SECRET: "0123456789abcdef0123456789abcdef", PORT: "0", HOST: "127.0.0.1" },
  });
  child.ready.catch(() => undefined);
  expect(await child.ended).toBe(1);
  expect(child.output()).toMatch(
    /^Signoff did not start\.\nSLACK_BOT_TOKEN is not a bot token: it is the token of a person/m,
  );
});

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

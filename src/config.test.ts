import { expect, test } from "vitest";
import { ConfigError, readConfig, readSeedConfig } from "./config.ts";

const complete = {
  DATABASE_URL: "postgres://signoff:hunter2@db:5432/signoff",
  SLACK_BOT_TOKEN: "xoxb-1-2-abc",
  SLACK_SIGNING_SECRET: "8f742231b10e8888abcd99yyyzzz85a5",
  SIGNOFF_SECRET: "0123456789abcdef0123456789abcdef",
  RESEND_API_KEY: "re_123",
  EMAIL_FROM: "Signoff <signoff@acme.example>",
};

function faultsOf(env: Record<string, string | undefined>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

test("the required variables are enough; the rest has defaults", () => {
  expect(readConfig(complete)).toEqual({
    databaseUrl: complete.DATABASE_URL,
    http: { port: 3000, host: "0.0.0.0", publicUrl: "http://localhost:3000" },
    slack: { botToken: complete.SLACK_BOT_TOKEN, signingSecret: complete.SLACK_SIGNING_SECRET },
    email: { apiKey: "re_123", from: complete.EMAIL_FROM },
    secret: complete.SIGNOFF_SECRET,
    allowPrivateWebhooks: false,
    logLevel: "info",
  });
});

test("every variable is read", () => {
  const config = readConfig({
    ...complete,
    DATABASE_URL: "embedded",
    PORT: "8080",
    HOST: "127.0.0.1",
    PUBLIC_URL: "https://signoff.acme.example/base/",
    SLACK_API_URL: "http://127.0.0.1:4000/api",
    RESEND_BASE_URL: "http://127.0.0.1:4001/",
    EMAIL_FROM: "signoff@acme.example",
    SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true",
    LOG_LEVEL: "debug",
    UNRELATED: "x",
  });
  expect(config).toMatchObject({
    databaseUrl: "embedded",
    http: { port: 8080, host: "127.0.0.1", publicUrl: "https://signoff.acme.example/base" },
    slack: { apiUrl: "http://127.0.0.1:4000/api/" },
    email: { from: "signoff@acme.example", baseUrl: "http://127.0.0.1:4001" },
    allowPrivateWebhooks: true,
    logLevel: "debug",
  });
});

test("links point to the port where no address is set", () => {
  expect(readConfig({ ...complete, PORT: "4567" }).http.publicUrl).toBe("http://localhost:4567");
});

test("empty and blank count as not set, and blanks around a value are dropped", () => {
  const config = readConfig({
    ...complete,
    PORT: "",
    LOG_LEVEL: "  ",
    RESEND_API_KEY: " re_123\n",
    SLACK_APP_TOKEN: "",
  });
  expect([config.http.port, config.logLevel, config.email.apiKey]).toEqual([3000, "info", "re_123"]);
});

test.each(Object.keys(complete))("without %s the message says that it is missing and what to set", (name) => {
  for (const value of [undefined, "", "  "]) {
    const message = faultsOf({ ...complete, [name]: value });
    expect(message).toContain("has 1 fault:");
    expect(message).toMatch(new RegExp(`^ {2}${name} is missing\\. Set it to .+\\.$`, "m"));
  }
});

test.each([
  ["DATABASE_URL", "mysql://hunter2@db/x", "is not a database address"],
  ["DATABASE_URL", "hunter2", "is not a database address"],
  ["DATABASE_URL", "postgres:hunter2", "is not a database address"],
  ["SLACK_BOT_TOKEN", "xoxp-hunter2", "is not a bot token"],
  ["SLACK_BOT_TOKEN", "xoxb-hunter2 oops", "is not a bot token"],
  ["SIGNOFF_SECRET", "hunter2", "is shorter than 32 characters"],
  ["SIGNOFF_SECRET", "a".repeat(64), "has fewer than 8 different characters"],
  ["SIGNOFF_SECRET", "1234567".repeat(10), "has fewer than 8 different characters"],
  ["EMAIL_FROM", "hunter2", "is not a sender"],
  ["EMAIL_FROM", "Signoff <hunter2>", "is not a sender"],
  ["EMAIL_FROM", "Signoff <a@b.c> hunter2", "is not a sender"],
  ["EMAIL_FROM", "a@b.c, hunter2@b.c", "is not a sender"],
  ["PORT", "hunter2", "is not a port"],
  ["PORT", "65536", "is not a port"],
  ["PORT", "-1", "is not a port"],
  ["PORT", "30.5", "is not a port"],
  ["HOST", "http://hunter2", "is not a host"],
  ["PUBLIC_URL", "hunter2.example", "is not a web address"],
  ["PUBLIC_URL", "ftp://hunter2", "is not a web address"],
  ["PUBLIC_URL", "https://x.example/?hunter2", "is not a web address"],
  ["SLACK_API_URL", "hunter2", "is not a web address"],
  ["SLACK_API_URL", "https://user:hunter2@slack.com/api/", "is not a web address"],
  ["RESEND_BASE_URL", "hunter2", "is not a web address"],
  ["SIGNOFF_ALLOW_PRIVATE_WEBHOOKS", "hunter2", "is neither true nor false"],
  ["LOG_LEVEL", "hunter2", "is not a level"],
  ["SLACK_APP_TOKEN", "xapp-hunter2", "Socket Mode is not supported yet. Remove it."],
  ["SLACK_CLIENT_ID", "hunter2", "is not supported yet. Remove it."],
  ["SLACK_CLIENT_SECRET", "hunter2", "is not supported yet. Remove it."],
])("%s=%s is one fault, named without its value", (name, value, fault) => {
  const message = faultsOf({ ...complete, [name]: value });
  expect(message).toContain("has 1 fault:");
  expect(message).toMatch(new RegExp(`^ {2}${name} `, "m"));
  expect(message).toContain(fault);
  expect(message).not.toContain("hunter2");
});

test("several faults come in one message, one line each", () => {
  const message = faultsOf({ PORT: "x", SIGNOFF_SECRET: "short", SLACK_CLIENT_ID: "1" });
  expect(message.split("\n")[0]).toBe("The configuration has 8 faults:");
  for (const name of [...Object.keys(complete), "PORT", "SLACK_CLIENT_ID"]) {
    expect(message.match(new RegExp(`^ {2}${name} `, "gm"))).toHaveLength(1);
  }
});

test("a seed needs the database and Slack alone", () => {
  const { DATABASE_URL, SLACK_BOT_TOKEN } = complete;
  expect(readSeedConfig({ DATABASE_URL, SLACK_BOT_TOKEN, SLACK_API_URL: "http://127.0.0.1:1/api/" })).toEqual(
    {
      databaseUrl: DATABASE_URL,
      slack: { botToken: SLACK_BOT_TOKEN, apiUrl: "http://127.0.0.1:1/api/" },
      logLevel: "info",
      allowPrivateWebhooks: false,
    },
  );
  expect(() => readSeedConfig({})).toThrow(/2 faults[\s\S]*DATABASE_URL[\s\S]*SLACK_BOT_TOKEN/);
});

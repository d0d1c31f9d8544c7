import { afterAll, beforeAll, expect, test } from "vitest";
import { add } from "../../db/delivery/outbox.ts";
import { startApp } from "../../src/compose/app.ts";
import { readConfig } from "../../src/config.ts";
import { createLog } from "../../src/lib/log.ts";
import { startChild } from "../support/child.ts";
import { reserveConnection } from "../support/reserve-connection.ts";
import { startTestStack, type TestStack } from "../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  await stack.app.stop(1000);
});

afterAll(() => stack?.stop());

const nobodyListens = () =>
  expect(fetch(`http://127.0.0.1:${stack.env.PORT}/healthz`)).rejects.toThrow("fetch failed");

test("without configuration it says everything that is missing in one message and ends with 1", async () => {
  const bot = startChild({ PORT: String(stack.env.PORT) });
  bot.ready.catch(() => undefined);
  expect(await bot.ended).toBe(1);
  const words = bot.output();
  expect(words.match(/Signoff did not start\./g)).toHaveLength(1);
  expect(words).toContain("The configuration has 6 faults:");
  for (const name of [
    "DATABASE_URL",
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "RESEND_API_KEY",
    "EMAIL_FROM",
    "SIGNOFF_SECRET",
  ])
    expect(words).toContain(`  ${name} is missing. Set it to `);
  expect(words).not.toMatch(/\n\s+at /);
  await nobodyListens();
});

test("with malformed configuration it names every fault, repeats no secret, and ends with 1", async () => {
  const bot = startChild({
    ...stack.env,
    DATABASE_URL: "mysql://root:hunter2@db/x",
    SLACK_BOT_TOKEN: "xoxp-of-somebody",
    SIGNOFF_SECRET: "short-secret",
    EMAIL_FROM: "nobody",
    LOG_LEVEL: "loud",
  });
  bot.ready.catch(() => undefined);
  expect(await bot.ended).toBe(1);
  const words = bot.output();
  expect(words).toContain("The configuration has 5 faults:");
  for (const name of ["DATABASE_URL", "SLACK_BOT_TOKEN", "SIGNOFF_SECRET", "EMAIL_FROM", "LOG_LEVEL"])
    expect(words).toContain(`  ${name} is`);
  expect(words).not.toMatch(/hunter2|xoxp-of|short-secret/);
  await nobodyListens();
});

test("a token that Slack refuses is reported, with exit code 1", async () => {
  const bot = startChild({ ...stack.env, SLACK_BOT_TOKEN: "xoxb-revoked", LOG_LEVEL: "silent" });
  bot.ready.catch(() => undefined);
  expect(await bot.ended).toBe(1);
  expect(bot.output()).toMatch(/^Signoff did not start\.\nSlack refuses SLACK_BOT_TOKEN \(.*invalid_auth\)/);
  await nobodyListens();
});

test("an unreachable database is reported, with exit code 1", async () => {
  const bot = startChild({ ...stack.env, DATABASE_URL: "postgres://signoff:hunter2@127.0.0.1:1/signoff" });
  bot.ready.catch(() => undefined);
  expect(await bot.ended).toBe(1);
  expect(bot.output()).toMatch(/^Signoff did not start\.\n.*127\.0\.0\.1:1/);
  expect(bot.output()).not.toContain("hunter2");
  await nobodyListens();
});

test("a start that does not come to its end has claimed nothing, so that nothing waits for a lease", async () => {
  const { db, sql } = stack.database.database;
  const { organizationId } = stack.app;
  await add(db, [{ organizationId, kind: "make-due", key: "due", payload: { reason: "none" } }]);
  const holder = await reserveConnection(sql);
  await holder`begin`;
  await holder`select from job_slots for update`;
  const starting = startApp(readConfig(stack.env), { log: createLog("silent") });
  await expect(starting).rejects.toThrow("job_slots");
  await holder`rollback`;
  holder.release();
  const left = await sql`select attempts, leased_until, settled_at from outbox where key = 'due'`;
  expect([...left]).toEqual([{ attempts: 0, leased_until: null, settled_at: null }]);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s: it finishes and ends with 0", async (signal) => {
  const bot = startChild(stack.env);
  await bot.ready;
  bot.process.kill(signal);
  expect(await bot.ended).toBe(0);
  expect(bot.output()).toContain("Signoff listens");
  await nobodyListens();
});

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type App, startApp } from "../../../src/compose/app.ts";
import { readConfig } from "../../../src/config.ts";
import { createLog } from "../../../src/lib/log.ts";
import { startChild } from "../../support/child.ts";
import { eventually, textOf } from "../../support/test-stack.ts";
import { report } from "./webhook-receiver.ts";
import { allowPrivate, startWebhookStack, type WebhookStack } from "./webhook-stack.ts";

let stack: WebhookStack;
let second: App | undefined;
let replicas: string[] = [];
let turn = 0;

beforeAll(async () => {
  // Slack's requests go to the replicas in turn once they have started.
  const botUrl = () => replicas[turn++ % replicas.length] ?? stack.botUrl;
  stack = await startWebhookStack({ slack: { botUrl } });
});
afterAll(async () => {
  replicas = [];
  await second?.stop(1_000);
  await stack?.stopAll();
});
afterEach(() => {
  stack.receiver.calls.length = 0;
  stack.receiver.answers();
});

const keys = () => new Set(stack.receiver.calls.map(({ headers }) => headers["webhook-id"]));

async function finish(number: number) {
  const [call] = stack.receiver.calls.slice(-1);
  if (call === undefined) throw new Error("Nothing was sent");
  expect(await report(call.event, { status: "succeeded" })).toMatchObject({ status: 200 });
  await eventually(() => expect(textOf(stack.cardFor("dana", number))).toContain("Promoted:"));
}

test("R9: a process that is killed while it waits for the answer starts no second attempt", {
  timeout: 90_000,
}, async () => {
  const number = await stack.promoted();
  await finish(number);
  stack.receiver.calls.length = 0;
  const next = await stack.approvedNext();
  await stack.app.stop(1_000);
  const env = { ...stack.env, ...allowPrivate, LOG_LEVEL: "warn" };
  const first = startChild(env);
  await first.ready;
  // The first delivery gets no response.
  let answered = false;
  stack.receiver.answers((response) => {
    if (answered) response.writeHead(202).end();
  });
  await stack.press("dana", "promote_request");
  await eventually(() => expect(stack.receiver.calls).toHaveLength(1));
  first.process.kill("SIGKILL");
  await first.ended;
  answered = true;
  await stack.database.database.sql`
    update outbox set leased_until = now() - interval '1 second' where leased_until > now()`;
  await stack.restartWith(allowPrivate);
  await eventually(() => expect(stack.receiver.calls.length).toBeGreaterThan(1));
  await stack.settle();
  expect(keys().size).toBe(1);
  expect(await stack.attempts(next)).toHaveLength(1);
  await finish(next);
});

test("R9: two replicas, and everybody presses Promote at once, twice: one attempt, sent once", {
  timeout: 60_000,
}, async () => {
  const number = await stack.approvedNext();
  const config = readConfig({ ...stack.env, ...allowPrivate, PORT: "0" });
  second = await startApp(config, { log: createLog("silent") });
  replicas = [stack.botUrl, `http://127.0.0.1:${second.port}`];
  const press = () => stack.press("dana", "promote_request");
  const answers = await Promise.all([press(), press(), press(), press()]);
  for (const { status } of answers) expect(status).toBe(200);
  await eventually(() => expect(stack.receiver.calls).toHaveLength(1));
  await Promise.all([stack.settle(), second.idle()]);
  expect(stack.receiver.calls).toHaveLength(1);
  expect(await stack.attempts(number)).toMatchObject([{ status: "in progress" }]);
  const [call] = stack.receiver.calls;
  if (call === undefined) throw new Error("Nothing was sent");
  // Both replicas get the same report many times.
  const elsewhere = {
    report: { ...call.event.report, url: call.event.report.url.replace(/:\d+\//, `:${second.port}/`) },
  };
  const reports = await Promise.all(
    [call.event, elsewhere, call.event, elsewhere].map((event) => report(event, { status: "succeeded" })),
  );
  expect(reports.filter(({ body }) => body.changed === true)).toHaveLength(1);
  expect(reports.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await eventually(() => expect(textOf(stack.cardFor("dana", number))).toContain("Promoted:"));
});

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type App, startApp } from "../../../src/compose/app.ts";
import { readConfig } from "../../../src/config.ts";
import { createLog } from "../../../src/lib/log.ts";
import { startChild } from "../../support/child.ts";
import { eventually, textOf } from "../../support/world.ts";
import { report } from "./far-side.ts";
import { allowPrivate, type WebhookWorld, webhookWorld } from "./webhook-world.ts";

let world: WebhookWorld;
let second: App | undefined;
let replicas: string[] = [];
let turn = 0;

beforeAll(async () => {
  // Slack's requests go to the replicas in turn, once there are some.
  const botUrl = () => replicas[turn++ % replicas.length] ?? world.botUrl;
  world = await webhookWorld({ slack: { botUrl } });
});
afterAll(async () => {
  replicas = [];
  await second?.stop(1_000);
  await world?.stopAll();
});
afterEach(() => {
  world.far.calls.length = 0;
  world.far.answers();
});

const keys = () => new Set(world.far.calls.map(({ headers }) => headers["webhook-id"]));

async function finish(number: number) {
  const [call] = world.far.calls.slice(-1);
  if (call === undefined) throw new Error("Nothing was sent");
  expect(await report(call.event, { status: "succeeded" })).toMatchObject({ status: 200 });
  await eventually(() => expect(textOf(world.cardFor("dana", number))).toContain("Promoted:"));
}

test("R9: a process that is killed while it waits for the answer starts no second attempt", {
  timeout: 90_000,
}, async () => {
  const number = await world.promoted();
  await finish(number);
  world.far.calls.length = 0;
  const next = await world.approvedNext();
  await world.app.stop(1_000);
  const env = { ...world.env, ...allowPrivate, LOG_LEVEL: "warn" };
  const first = startChild(env);
  await first.ready;
  // What arrives first is never answered.
  let answered = false;
  world.far.answers((response) => {
    if (answered) response.writeHead(202).end();
  });
  await world.press("dana", "promote_request");
  await eventually(() => expect(world.far.calls).toHaveLength(1));
  first.process.kill("SIGKILL");
  await first.ended;
  answered = true;
  await world.database.database.sql`
    update outbox set leased_until = now() - interval '1 second' where leased_until > now()`;
  await world.restartWith(allowPrivate);
  await eventually(() => expect(world.far.calls.length).toBeGreaterThan(1));
  await world.settle();
  expect(keys().size).toBe(1);
  expect(await world.attempts(next)).toHaveLength(1);
  await finish(next);
});

test("R9: two replicas, and everybody presses Promote at once, twice: one attempt, sent once", {
  timeout: 60_000,
}, async () => {
  const number = await world.approvedNext();
  const config = readConfig({ ...world.env, ...allowPrivate, PORT: "0" });
  second = await startApp(config, { log: createLog("silent") });
  replicas = [world.botUrl, `http://127.0.0.1:${second.port}`];
  const press = () => world.press("dana", "promote_request");
  const answers = await Promise.all([press(), press(), press(), press()]);
  for (const { status } of answers) expect(status).toBe(200);
  await eventually(() => expect(world.far.calls).toHaveLength(1));
  await Promise.all([world.settle(), second.idle()]);
  expect(world.far.calls).toHaveLength(1);
  expect(await world.attempts(number)).toMatchObject([{ status: "in progress" }]);
  const [call] = world.far.calls;
  if (call === undefined) throw new Error("Nothing was sent");
  // The same report at both replicas, many times over.
  const elsewhere = {
    report: { ...call.event.report, url: call.event.report.url.replace(/:\d+\//, `:${second.port}/`) },
  };
  const reports = await Promise.all(
    [call.event, elsewhere, call.event, elsewhere].map((event) => report(event, { status: "succeeded" })),
  );
  expect(reports.filter(({ body }) => body.changed === true)).toHaveLength(1);
  expect(reports.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await eventually(() => expect(textOf(world.cardFor("dana", number))).toContain("Promoted:"));
});

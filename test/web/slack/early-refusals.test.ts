import { expect, test } from "vitest";
import type { EarlyRefusal } from "../../../src/metrics/metrics.ts";
import { command, type SlackPost, slackRequest } from "./sign.ts";
import { startReceiver } from "./start-receiver.ts";

const nowSeconds = 1_800_000_000;

async function start(settings: { answerWithin?: number } = {}) {
  let seconds = nowSeconds;
  const counted: EarlyRefusal[] = [];
  const started = await startReceiver({
    now: () => seconds * 1000,
    refused: (reason) => counted.push(reason),
    ...settings,
  });
  const warnings = () =>
    started.lines
      .map((line) => JSON.parse(line) as { level: string; msg: string; reason?: string })
      .filter(({ reason }) => reason !== undefined);
  return { ...started, counted, warnings, pass: (by: number) => (seconds += by) };
}

const late = (by: number): SlackPost => ({ body: command(), timestamp: nowSeconds + by });
const forged: SlackPost = { body: command(), timestamp: nowSeconds, secret: "another" };

test("a wrong signing secret is counted, and logged once a minute with what to do", async () => {
  const { send, counted, warnings, pass } = await start();
  for (let i = 0; i < 3; i++) await send(forged);
  expect(counted).toEqual(["signature", "signature", "signature"]);
  expect(warnings()).toMatchObject([{ level: "warn", reason: "signature", refused: 1 }]);
  expect(warnings()[0]?.msg).toContain("SLACK_SIGNING_SECRET");
  pass(61);
  await send({ ...forged, timestamp: nowSeconds + 61 });
  expect(warnings()).toMatchObject([{ refused: 1 }, { refused: 3 }]);
});

test.each([
  [400, 400],
  [-4000, -4000],
])("a clock that is %s s off is told apart, with the difference", async (by, aheadSeconds) => {
  const { send, counted, warnings } = await start();
  expect((await send(late(by))).status).toBe(401);
  expect(counted).toEqual(["clock"]);
  expect(warnings()).toMatchObject([{ reason: "clock", aheadSeconds }]);
});

test("an old time with a wrong signature says nothing about the clock", async () => {
  const { send, counted } = await start();
  await send({ ...forged, timestamp: nowSeconds - 4000 });
  expect(counted).toEqual(["signature"]);
});

test("each reason has a count and a minute of its own: size, body, time", async () => {
  const { receiver, send, counted, warnings } = await start({ answerWithin: 20 });
  await send({ body: "x".repeat(1024 * 1024 + 1), timestamp: nowSeconds });
  await send({ body: "payload=%7B", timestamp: nowSeconds });
  const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
  const request = slackRequest({ body: command(), timestamp: nowSeconds });
  const init = { method: "POST", headers: request.headers, body: endless, duplex: "half" };
  expect((await receiver.handle(new Request(request.url, init as RequestInit))).status).toBe(408);
  expect(counted).toEqual(["size", "body", "time"]);
  expect(warnings().map(({ reason }) => reason)).toEqual(["size", "body", "time"]);
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  byCommand,
  type Delivery,
  type Received,
  type Receiver,
  type ReceiverOptions,
  type Report,
  startReceiver,
} from "../../examples/receiver/receiver.mjs";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const other = "whsec_bm90IHRoZSBzYW1lIG9uZSBhdCBhbGw=";

type Seen = { token: string | undefined; report: Report };

let signoff: ReturnType<typeof serve>;
let reportUrl: string;
/** The reports that Signoff gets, and its responses: the listed ones first, then always 200. */
let reports: Seen[];
let answers: number[];
let receiver: Receiver | undefined;
let received: Received[];

beforeEach(async () => {
  reports = [];
  answers = [];
  received = [];
  const app = new Hono().post("/status", async (c) => {
    const status = answers.shift() ?? 200;
    if (status === 200)
      reports.push({ token: c.req.header("authorization"), report: (await c.req.json()) as Report });
    return c.json({}, status as 200);
  });
  signoff = await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0 }, () => resolve(server));
  });
  reportUrl = `http://127.0.0.1:${(signoff.address() as AddressInfo).port}/status`;
});

afterEach(async () => {
  await receiver?.stop(0);
  receiver = undefined;
  await new Promise((resolve) => signoff.close(resolve));
});

async function start(options: Partial<ReceiverOptions> = {}): Promise<Receiver> {
  receiver = await startReceiver({
    secret,
    deploy: async () => {},
    onReceived: (one) => received.push(one),
    ...options,
  });
  return receiver;
}

const build = { id: "orders-1.4.2", version: "1.4.2", commit: null, digest: null, link: null };

const delivery = (change: Partial<Delivery> = {}): Delivery => ({
  type: "promotion.deploy",
  timestamp: "2026-01-01T12:00:00.000Z",
  attempt: "a-1",
  request: {
    number: 42,
    url: "https://signoff.example/r/42",
    message: "",
    requester: { id: "U1", name: "Dana" },
  },
  project: { slug: "commerce", name: "Commerce" },
  integration: { slug: "orders-sync", name: "Orders Sync" },
  from: { slug: "staging", name: "Staging" },
  to: { slug: "production", name: "Production" },
  build,
  approvedBy: [],
  report: { url: reportUrl, token: "for-this-attempt" },
  ...change,
});

type Sent = { id?: string; at?: Date; by?: string; body?: string };

/** Sends an event as Signoff does. */
function post(
  event: object,
  { id = "a-1", at = new Date(), by = secret, body }: Sent = {},
): Promise<Response> {
  const text = JSON.stringify(event);
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(by).sign(id, at, text),
  };
  return fetch(receiver?.url ?? "", { method: "POST", headers, body: body ?? text });
}

const eventually = (look: () => void) => vi.waitFor(look, { timeout: 20_000, interval: 10 });

test("a signed delivery is accepted with a link, deployed, and reported with the attempt's own token", async () => {
  const deployed: string[] = [];
  await start({
    link: ({ attempt }) => `https://ci.example/${attempt}`,
    deploy: async ({ build, to }, { progress }) => {
      await progress("https://ci.example/run/7");
      deployed.push(`${build.version} to ${to.slug}`);
    },
  });
  const answer = await post(delivery());
  expect(answer.status).toBe(202);
  expect(await answer.json()).toEqual({ link: "https://ci.example/a-1" });
  await eventually(() => expect(reports).toHaveLength(2));
  expect(deployed).toEqual(["1.4.2 to production"]);
  expect(reports).toEqual([
    {
      token: "Bearer for-this-attempt",
      report: { status: "in progress", link: "https://ci.example/run/7" },
    },
    { token: "Bearer for-this-attempt", report: { status: "succeeded" } },
  ]);
});

test("the same attempt again is answered and deployed no second time, also after a restart", async () => {
  const memory = await mkdtemp(join(tmpdir(), "receiver-"));
  const deploy = vi.fn(async () => {});
  await start({ deploy, memory });
  const both = await Promise.all([post(delivery()), post(delivery())]);
  expect(both.map(({ status }) => status)).toEqual([202, 202]);
  await receiver?.stop();
  await start({ deploy, memory });
  expect((await post(delivery())).status).toBe(202);
  await receiver?.stop();
  expect(deploy).toHaveBeenCalledOnce();
  expect(received.map(({ answer }) => answer).sort()).toEqual(["accepted", "repeated", "repeated"]);
  await rm(memory, { recursive: true });
});

test("an attempt in whose middle it ended is reported as failed once it is back, with a warning, and deployed no more", async () => {
  const memory = await mkdtemp(join(tmpdir(), "receiver-"));
  const deploy = vi.fn(() => new Promise(() => {}));
  await start({ deploy, memory });
  await post(delivery());
  await eventually(() => expect(deploy).toHaveBeenCalledOnce());
  await receiver?.stop(0);
  expect(reports).toEqual([]);
  // Another receiver that shares the folder ignores it.
  await start({ deploy, memory, name: "another" });
  await receiver?.stop();
  expect(reports).toEqual([]);
  await start({ deploy, memory });
  await eventually(() => expect(reports).toHaveLength(1));
  expect(reports[0]).toEqual({
    token: "Bearer for-this-attempt",
    report: {
      status: "failed",
      reason: expect.stringContaining("Look at what runs there before you try again"),
    },
  });
  expect((await post(delivery())).status).toBe(202);
  await receiver?.stop();
  await start({ deploy, memory });
  await receiver?.stop();
  expect([deploy.mock.calls.length, reports.length]).toEqual([1, 1]);
  expect(await readFile(join(memory, "a-1"), "utf8")).toBe("");
  await rm(memory, { recursive: true });
});

test("a result that Signoff did not receive is reported after the restart", async () => {
  const memory = await mkdtemp(join(tmpdir(), "receiver-"));
  answers = [503, 503];
  await start({ memory });
  await post(delivery());
  await eventually(() => expect(answers).toHaveLength(1));
  await receiver?.stop(0);
  answers = [];
  await start({ memory });
  await eventually(() => expect(reports.map(({ report }) => report)).toEqual([{ status: "succeeded" }]));
  await receiver?.stop();
  await rm(memory, { recursive: true });
});

test.each<[string, Sent]>([
  ["by another secret", { by: other }],
  ["over another body", { body: JSON.stringify({ type: "promotion.deploy", attempt: "a-2" }) }],
  ["too old", { at: new Date(Date.now() - 6 * 60_000) }],
  ["from the future", { at: new Date(Date.now() + 6 * 60_000) }],
])("a signature %s is refused, and nothing is deployed", async (_, how) => {
  const deploy = vi.fn(async () => {});
  await start({ deploy });
  expect((await post(delivery(), how)).status).toBe(401);
  await receiver?.stop();
  expect(deploy).not.toHaveBeenCalled();
  expect(received.map(({ answer }) => answer)).toEqual(["refused"]);
});

test("while a secret is being changed, the old one and the new one both fit", async () => {
  await start({ secret: `${secret} ${other}` });
  expect((await post(delivery(), { by: other })).status).toBe(202);
  expect((await post(delivery())).status).toBe(202);
  receiver?.trust(other);
  expect((await post(delivery())).status).toBe(401);
});

test("what is no delivery, such as a test, is answered and deploys nothing", async () => {
  const deploy = vi.fn(async () => {});
  await start({ deploy });
  expect((await post({ type: "ping" })).status).toBe(204);
  expect((await fetch(`${receiver?.url}healthz`)).status).toBe(200);
  expect(deploy).not.toHaveBeenCalled();
});

test("a body beyond the limit is refused before it is looked at", async () => {
  await start();
  expect((await post({ type: "ping", padding: "x".repeat(1_100_000) })).status).toBe(413);
});

test("a report that Signoff could not take is sent again", async () => {
  answers = [503];
  await start();
  await post(delivery());
  await eventually(() => expect(reports.map(({ report }) => report)).toEqual([{ status: "succeeded" }]));
});

test("a report that Signoff refuses is not sent again", async () => {
  answers = [401];
  const onReported = vi.fn();
  await start({ onReported });
  await post(delivery());
  await eventually(() =>
    expect(onReported).toHaveBeenCalledWith({ attempt: "a-1", report: { status: "succeeded" }, status: 401 }),
  );
});

test("a command deploys with what was promoted in its variables, and never as a part of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "receiver-"));
  const version = `$(touch ${join(folder, "harm")})`;
  await start({
    deploy: byCommand(
      `printf '%s' "$SIGNOFF_VERSION to $SIGNOFF_TO" > '${folder}/said'; ls '${folder}' >&2; exit 3`,
    ),
  });
  await post(delivery({ build: { ...build, version } }));
  await eventually(() => expect(reports).toHaveLength(1));
  expect(reports[0]?.report).toEqual({ status: "failed", reason: "said" });
  await rm(folder, { recursive: true });
});

test("a command that ends without a word fails with its exit code", async () => {
  await start({ deploy: byCommand("exit 3") });
  await post(delivery());
  await eventually(() => expect(reports).toHaveLength(1));
  expect(reports[0]?.report).toEqual({ status: "failed", reason: "the deploy command failed: exit code 3" });
});

test("stopping waits for what is being deployed", async () => {
  let finish: (() => void) | undefined;
  await start({
    deploy: () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  });
  await post(delivery());
  const stopped = receiver?.stop();
  await eventually(() => expect(finish).toBeDefined());
  finish?.();
  await stopped;
  expect(reports.map(({ report }) => report.status)).toEqual(["succeeded"]);
});

import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEmailSender } from "./send.ts";

type Answer = (signal: AbortSignal) => Response | Promise<Response>;

let answer: Answer;
let received: { authorization: string | undefined; key: string | undefined; body: unknown }[] = [];
let server: ServerType;
let baseUrl: string;

beforeAll(async () => {
  const app = new Hono().post("/emails", async (c) => {
    received.push({
      authorization: c.req.header("authorization"),
      key: c.req.header("idempotency-key"),
      body: await c.req.json(),
    });
    return answer(c.req.raw.signal);
  });
  await new Promise<void>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
      baseUrl = `http://127.0.0.1:${port}`;
      resolve();
    });
  });
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

const email = { to: "bob@example.com", subject: "[#42] Review", html: "<p>Hi</p>", text: "Hi" };
const sender = (timeoutMs?: number) =>
  createEmailSender({
    apiKey: "re_test",
    baseUrl,
    from: "Signoff <signoff@example.com>",
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
const error = (statusCode: number, name: string, headers: Record<string, string> = {}) =>
  Response.json({ statusCode, name, message: `because of ${name}` }, { status: statusCode, headers });

test("an email that Resend takes is done, and went out as it was given, under its key", async () => {
  received = [];
  answer = () => Response.json({ id: "e1" });
  expect(await sender()(email, "email:T1:42")).toEqual({ kind: "done" });
  expect(await sender()({ ...email, from: "Other <o@example.com>" }, "key 2")).toEqual({ kind: "done" });
  expect(received).toEqual([
    {
      authorization: "Bearer re_test",
      key: "email:T1:42",
      body: { ...email, from: "Signoff <signoff@example.com>" },
    },
    { authorization: "Bearer re_test", key: "key 2", body: { ...email, from: "Other <o@example.com>" } },
  ]);
});

const lost = "Resend could not be reached, or its answer was lost";

test.each<[string, Answer, object]>([
  ["5xx", () => error(500, "internal_server_error"), { kind: "retry", sent: "unknown" }],
  [
    "a proxy's page",
    () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    { kind: "retry", sent: "unknown" },
  ],
  [
    "a proxy's JSON",
    () => Response.json({ oops: true }, { status: 503 }),
    { kind: "retry", sent: "unknown" },
  ],
  ["bad JSON", () => new Response("{", { status: 200 }), { kind: "retry", sent: "unknown", reason: lost }],
  ["success without an id", () => Response.json(null), { kind: "retry", sent: "unknown" }],
  ["an error that is null", () => Response.json(null, { status: 500 }), { kind: "retry", sent: "unknown" }],
  [
    "too many",
    () => error(429, "rate_limit_exceeded", { "retry-after": "2" }),
    { kind: "retry", sent: "no", afterMs: 2000 },
  ],
  ["a quota", () => error(429, "daily_quota_exceeded"), { kind: "retry", sent: "no" }],
  [
    "the same key under way",
    () => error(409, "concurrent_idempotent_requests"),
    { kind: "retry", sent: "unknown" },
  ],
  ["the same key, another body", () => error(409, "invalid_idempotent_request"), { kind: "dead" }],
  [
    "a bad address",
    () => error(422, "validation_error"),
    { kind: "dead", reason: "Resend refused the email: because of validation_error (422 validation_error)" },
  ],
  ["a bad sender", () => error(422, "invalid_from_address"), { kind: "dead" }],
  [
    "a domain not verified",
    () => error(403, "validation_error"),
    {
      kind: "dead",
      reason: "Resend refused the API key or the sender: because of validation_error (403 validation_error)",
    },
  ],
  ["a bad key", () => error(401, "invalid_api_key"), { kind: "dead" }],
])("%s ends as it should", async (_, far, expected) => {
  answer = far;
  const result = await sender()(email, "key");
  expect(result).toMatchObject(expected);
  if (result.kind === "retry" && !("afterMs" in expected)) expect(result).not.toHaveProperty("afterMs");
  if (result.kind !== "done") expect(result.reason).toMatch(/^Resend/);
});

test("an answer that does not come in time is unknown", async () => {
  answer = (signal) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response(null))));
  expect(await sender(50)(email, "key")).toEqual({ kind: "retry", sent: "unknown", reason: lost });
});

test("a server that is not there is unknown too", async () => {
  const send = createEmailSender({ apiKey: "re_test", baseUrl: "http://127.0.0.1:1", from: "a@example.com" });
  expect(await send(email, "key")).toEqual({ kind: "retry", sent: "unknown", reason: lost });
});

import { type ServerType, serve } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEmailSender } from "./resend.ts";

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
const error = (
  statusCode: number,
  name: string,
  headers: Record<string, string> = {},
  message = `because of ${name}`,
) => Response.json({ statusCode, name, message }, { status: statusCode, headers });

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
  ["408", () => error(408, "application_error"), { kind: "retry", sent: "unknown" }],
  ...[400, 401, 403, 404, 407, 408, 421, 425, 451].map((status): [string, Answer, object] => [
    `a proxy's page with ${status}`,
    () => new Response("<h1>Blocked</h1>", { status, headers: { "content-type": "text/html" } }),
    { kind: "retry", sent: "unknown" },
  ]),
  [
    "a proxy's JSON with 403",
    () => Response.json({ statusCode: 403, message: "Forbidden" }, { status: 403 }),
    { kind: "retry", sent: "unknown" },
  ],
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
  [
    "a bad sender",
    () => error(422, "invalid_from_address"),
    {
      kind: "refused",
      what: "sender",
      reason:
        "Resend refused the API key or the sender: because of invalid_from_address (422 invalid_from_address)",
    },
  ],
  [
    "a domain not verified",
    () => error(403, "validation_error"),
    {
      kind: "refused",
      what: "sender",
      reason: "Resend refused the API key or the sender: because of validation_error (403 validation_error)",
    },
  ],
  [
    "a test account's other recipients",
    () => error(403, "validation_error", {}, "You can only send testing emails to your own email address"),
    { kind: "refused", what: "sender" },
  ],
  [
    "a sender that is no address",
    () =>
      error(
        422,
        "validation_error",
        {},
        "Invalid `from` field. The email address needs to follow the format",
      ),
    { kind: "refused", what: "sender" },
  ],
  ["no key", () => error(401, "missing_api_key"), { kind: "refused", what: "sender" }],
  ["a restricted key", () => error(401, "restricted_api_key"), { kind: "refused", what: "sender" }],
  ["a bad key", () => error(403, "invalid_api_key"), { kind: "refused", what: "sender" }],
  [
    "a recipient that is no address",
    () =>
      error(422, "validation_error", {}, "Invalid `to` field. The email address needs to follow the format"),
    {
      kind: "refused",
      what: "address",
      reason:
        "Resend refused the address: Invalid `to` field. The email address needs to follow the format (422 validation_error)",
    },
  ],
  [
    "a suppressed recipient",
    () => error(400, "validation_error", {}, "The recipient is on the suppression list"),
    { kind: "refused", what: "address" },
  ],
  ["a key that is no key", () => error(400, "invalid_idempotency_key"), { kind: "dead" }],
  ["a field missing", () => error(422, "missing_required_field"), { kind: "dead" }],
  ["a bad parameter", () => error(422, "invalid_parameter"), { kind: "dead" }],
  ["no such address of the API", () => error(404, "not_found"), { kind: "dead" }],
  ["a method not allowed", () => error(405, "method_not_allowed"), { kind: "dead" }],
  ["a security issue", () => error(451, "security_error"), { kind: "dead" }],
])("%s ends as it should", async (_, far, expected) => {
  answer = far;
  const result = await sender()(email, "key");
  expect(result).toMatchObject(expected);
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

describe("the account's limits", () => {
  test.each<[string, string, Record<string, string>, number]>([
    ["says how long", "rate_limit_exceeded", { "retry-after": "2" }, 2_000],
    ["says when its window ends", "rate_limit_exceeded", { "ratelimit-reset": "3" }, 3_000],
    ["does not say", "rate_limit_exceeded", {}, 1_000],
    ["is the day's", "daily_quota_exceeded", { "retry-after": "2" }, 15 * 60_000],
    ["is the month's", "monthly_quota_exceeded", {}, 15 * 60_000],
  ])("a 429 that %s puts the email off, and every other until then", async (_, name, headers, afterMs) => {
    received = [];
    let limited = 0;
    answer = () => error(429, name, headers);
    const send = createEmailSender({
      apiKey: "re_test",
      baseUrl,
      from: "a@example.com",
      onRateLimited: () => limited++,
    });
    const reason = `Resend wants us to wait: because of ${name} (429 ${name})`;
    for (const key of ["first", "second"]) {
      const result = await send(email, key);
      expect(result).toEqual({ kind: "postponed", afterMs: expect.any(Number), reason });
      if (result.kind !== "postponed") continue;
      expect(result.afterMs).toBeGreaterThan(afterMs - 1_000);
      expect(result.afterMs).toBeLessThan(afterMs + 1_000);
    }
    expect([received.length, limited]).toEqual([1, 1]);
  });

  test("a success that was the last of its window holds the next one back", async () => {
    received = [];
    const headers = { "ratelimit-limit": "2", "ratelimit-remaining": "0", "ratelimit-reset": "60" };
    answer = () => Response.json({ id: "e1" }, { headers });
    const send = sender();
    expect(await send(email, "first")).toEqual({ kind: "done" });
    const second = await send(email, "second");
    expect(second).toMatchObject({ kind: "postponed", reason: "Resend takes no more emails at once" });
    expect(received).toHaveLength(1);
  });
});

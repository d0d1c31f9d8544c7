import { createServer, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Deployed } from "../../../src/deliver/deployers/deployer.ts";
import { tryWebhook, webhook } from "../../../src/deliver/deployers/webhook.ts";
import type { Resolve } from "../../../src/lib/public-address.ts";
import { CannotDecrypt } from "../../../src/lib/secrets.ts";
import type { AttemptView } from "../../../src/queries/deployments/get-attempt.ts";
import { startWebhookReceiver, verifySignature, type WebhookReceiver } from "./webhook-receiver.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const oldSecret = "whsec_bm90IHRoZSBzYW1lIG9uZSBhdCBhbGw=";

let receiver: WebhookReceiver;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(() => receiver?.stop());
afterEach(() => {
  receiver.calls.length = 0;
  receiver.answers();
});

const at = new Date("2026-03-02T09:00:00.000Z");
const attempt: AttemptView = {
  ...{ organizationId: "T1", deploymentId: "d-1", status: "in progress", startedAt: at },
  ...{ acceptedAt: null, reportBy: null, requestNumber: 42, deployer: "webhook" },
  request: {
    ...{ number: 42, message: "Please <now>", requester: { id: "UDANA", name: "Dana" } },
    source: { slug: "staging", name: "Staging" },
    approvedBy: [{ id: "UBOB", name: "Bob", at }],
  },
  project: { id: "p", slug: "commerce", name: "Commerce" },
  integration: { id: "i", slug: "orders", name: "Orders" },
  target: { slug: "production", name: "Production" },
  build: {
    ...{ id: "b", integrationId: "i", externalId: "run-7", version: "1.4.2", commit: "c0ffee" },
    ...{ digest: "sha256:1", link: "https://ci.example/7", author: null, createdAt: at },
  } as AttemptView["build"],
};

const links = {
  requestUrl: "https://signoff.example/api/v1/requests/42",
  report: { url: "https://signoff.example/api/v1/deployments/d-1/status", token: "sgr_x" },
};

type Change = {
  url?: string;
  allowPrivate?: boolean;
  timeoutMs?: number;
  inDoubt?: boolean;
  resolve?: Resolve;
};

const call = ({ url = receiver.url, inDoubt = false, ...parts }: Change = {}): Promise<Deployed> =>
  webhook({
    ...{ find: async () => ({ url, secrets: [secret] }), linksFor: () => links, allowPrivate: true },
    ...parts,
  })(attempt, { inDoubt });

const failed = (reason: unknown) => ({ kind: "ended", end: { status: "failed", reason }, link: null });

test("while a secret is being changed each of them signs, so that the far side needs to trust one", async () => {
  const find = async () => ({ url: receiver.url, secrets: [secret, oldSecret] });
  await webhook({ find, linksFor: () => links, allowPrivate: true })(attempt, { inDoubt: false });
  const [sent] = receiver.calls;
  if (sent === undefined) throw new Error("Nothing was sent");
  for (const one of [secret, oldSecret]) expect(verifySignature(sent, one)).toMatchObject({ attempt: "d-1" });
});

test("the payload names the build, the environments, the requester, and how to report, and is signed", async () => {
  expect(await call()).toEqual({ kind: "accepted", link: null });
  const [sent] = receiver.calls;
  if (sent === undefined) throw new Error("Nothing was sent");
  expect(verifySignature(sent, secret)).toEqual({
    type: "promotion.deploy",
    timestamp: at.toISOString(),
    attempt: "d-1",
    request: {
      ...{ number: 42, url: links.requestUrl, message: "Please <now>" },
      requester: { id: "UDANA", name: "Dana" },
    },
    project: { slug: "commerce", name: "Commerce" },
    integration: { slug: "orders", name: "Orders" },
    from: { slug: "staging", name: "Staging" },
    to: { slug: "production", name: "Production" },
    build: {
      ...{ id: "run-7", version: "1.4.2", commit: "c0ffee" },
      ...{ digest: "sha256:1", link: "https://ci.example/7" },
    },
    approvedBy: [{ id: "UBOB", name: "Bob", at: at.toISOString() }],
    report: links.report,
  });
  expect(sent.headers).toMatchObject({ "webhook-id": "d-1", "content-type": "application/json" });
  expect(() => verifySignature(sent, "whsec_bm90IHRoZSBzYW1lIG9uZSBhdCBhbGw=")).toThrow();
  expect(() => verifySignature({ ...sent, body: sent.body.replace("1.4.2", "6.6.6") }, secret)).toThrow();
});

test("every call of one attempt has its key and says the same", async () => {
  await call();
  await call({ inDoubt: true });
  const [first, second] = receiver.calls;
  expect(second?.body).toBe(first?.body);
  expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
});

describe("what an answer means", () => {
  const answering = (status: number, body = "", headers: Record<string, string> = {}) =>
    receiver.answers((response) => response.writeHead(status, headers).end(body));

  test.each([
    [200, '{"link":"https://ci.example/runs/7"}', "https://ci.example/runs/7"],
    [202, "", null],
    [204, "", null],
    [201, "not JSON", null],
    [200, '{"link":"javascript:alert(1)"}', null],
    [200, '{"link":7}', null],
    [200, "null", null],
    [200, `{"link":"https://ci.example/${"x".repeat(3000)}"}`, null],
    [200, `{"more":"${"x".repeat(70_000)}","link":"https://ci.example/7"}`, null],
  ])("%i %.40s: accepted, with the link %s", async (status, body, link) => {
    answering(status, body);
    expect(await call()).toEqual({ kind: "accepted", link });
  });

  test.each([
    [400, "", "The webhook answered 400."],
    [401, "no\n\n such  secret\u0000", "The webhook answered 401: no such secret"],
    [404, "x".repeat(1000), `The webhook answered 404: ${"x".repeat(299)}…`],
    [422, "<!channel>", "The webhook answered 422: <!channel>"],
  ])("%i: it failed, with what was said", async (status, body, reason) => {
    answering(status, body);
    expect(await call()).toEqual(failed(reason));
  });

  test("a 4xx after a lost response: a deployment may be running", async () => {
    answering(409, "again?");
    expect(await call({ inDoubt: true })).toMatchObject({
      kind: "ended",
      end: {
        status: "unknown",
        reason: "The webhook answered 409: again? An earlier call may have got through.",
      },
    });
  });

  test.each([
    [500, {}, "unknown", undefined],
    [503, { "retry-after": "7" }, "unknown", 7_000],
    [429, { "retry-after": "86400" }, "no", 600_000],
    [502, { "retry-after": "soon" }, "unknown", undefined],
  ] as const)("%i %o: the same call again; whether this one got through: %s", async (...row) => {
    const [status, headers, sent, afterMs] = row;
    answering(status, "busy", headers);
    const reason = `The webhook answered ${status}: busy`;
    const after = afterMs === undefined ? {} : { afterMs };
    expect(await call()).toEqual({ kind: "retry", reason, sent, ...after });
  });

  test("a redirect is not followed, wherever it leads", async () => {
    for (const location of ["http://169.254.169.254/latest/", receiver.url]) {
      answering(307, "", { location });
      expect(await call()).toEqual(
        failed(
          `The webhook answered 307, a redirect to ${location}. Redirects are not followed: set the address that is meant.`,
        ),
      );
    }
    expect(receiver.calls).toHaveLength(2);
  });

  test("no answer in time: it may have got there", async () => {
    receiver.answers(() => {});
    expect(await call({ timeoutMs: 100 })).toEqual({
      kind: "retry",
      reason: "the webhook: there was no answer within 0.1 seconds",
      sent: "unknown",
    });
  });

  test("an answer that breaks off counts by its status", async () => {
    receiver.answers((response) => {
      response.writeHead(202, { "content-length": "1000" });
      response.write("{", () => response.destroy());
    });
    expect(await call()).toEqual({ kind: "accepted", link: null });
    receiver.answers((response) => {
      response.writeHead(202);
      response.write('{"link"');
    });
    expect(await call({ timeoutMs: 200 })).toEqual({ kind: "accepted", link: null });
  });

  test("a connection that is closed without an answer: it may have got there", async () => {
    receiver.answers((response) => response.destroy());
    expect(await call()).toMatchObject({ kind: "retry", sent: "unknown" });
  });

  test("nothing was sent if no server listens", async () => {
    const silent: Server = createServer();
    const port = await new Promise<number>((resolve) =>
      silent.listen(0, "127.0.0.1", () => resolve((silent.address() as { port: number }).port)),
    );
    await new Promise((resolve) => silent.close(resolve));
    expect(await call({ url: `http://127.0.0.1:${port}/` })).toMatchObject({ kind: "retry", sent: "no" });
  });

  test.each([false, true])(
    "R9: a host name that does not exist ends the attempt at once; an earlier call in doubt: %s",
    async (inDoubt) => {
      const status = inDoubt ? "unknown" : "failed";
      const reason = expect.stringContaining("The webhook's host name does not exist. Correct its address");
      const ended = { kind: "ended", end: { status, reason }, link: null };
      expect(await call({ url: "http://nobody.invalid/", inDoubt })).toEqual(ended);
      const resolve: Resolve = (_host, _options, done) => done(null, []);
      const url = "https://empty.example.com/";
      expect(await call({ url, inDoubt, allowPrivate: false, resolve })).toEqual(ended);
    },
  );

  test.each([
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN hooks.example.com"],
    ["EAI_FAIL", "getaddrinfo EAI_FAIL hooks.example.com"],
  ])("a name server in trouble (%s) may recover: the same call again", async (code, message) => {
    const resolve: Resolve = (_host, _options, done) => done(Object.assign(new Error(message), { code }), []);
    expect(await call({ url: "https://hooks.example.com/", allowPrivate: false, resolve })).toEqual({
      ...{ kind: "retry", reason: `the webhook: ${message}`, sent: "no" },
    });
  });

  test.each([408, 425])("%i: the receiver is busy, and may have got the call", async (status) => {
    receiver.answers((response) => response.writeHead(status).end());
    expect(await call()).toMatchObject({ kind: "retry", sent: "unknown" });
  });

  test("a call that is aborted, as the process ends, may have got there", async () => {
    const stopping = new AbortController();
    receiver.answers(() => stopping.abort(new Error("the process is stopping")));
    const find = async () => ({ url: receiver.url, secrets: [secret] });
    const asked = webhook({ find, linksFor: () => links, allowPrivate: true });
    expect(await asked(attempt, { inDoubt: false, signal: stopping.signal })).toMatchObject({
      kind: "retry",
      sent: "unknown",
    });
  });
});

describe("what is not called", () => {
  test.each([
    [() => receiver.url, "The webhook's address must begin with https://."],
    [() => `https://127.0.0.1:${receiver.port}/`, /leads into a private network/],
    [() => `https://localhost:${receiver.port}/`, /leads into a private network/],
    [() => `https://[::1]:${receiver.port}/`, /leads into a private network/],
    [() => "https://169.254.169.254/latest/meta-data", /leads into a private network/],
    [() => "nonsense", /is not a web address/],
  ])("%s", async (url, reason) => {
    const words = typeof reason === "string" ? reason : expect.stringMatching(reason);
    expect(await call({ url: url(), allowPrivate: false })).toEqual(failed(words));
    expect(receiver.calls).toEqual([]);
  });

  test("a name that resolves to a private address is never called", async () => {
    const resolve: Resolve = (_host, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]);
    const url = `https://hooks.example.com:${receiver.port}/`;
    expect(await call({ url, allowPrivate: false, resolve })).toEqual(
      failed(expect.stringMatching(/leads into a private network/)),
    );
    expect(receiver.calls).toEqual([]);
  });

  test("an integration without an address, or with a secret that can't be read", async () => {
    const asking = (find: Parameters<typeof webhook>[0]["find"]) =>
      webhook({ find, linksFor: () => links, allowPrivate: true })(attempt, { inDoubt: false });
    expect(await asking(async () => undefined)).toEqual(failed(expect.stringContaining("is not set")));
    const sealed = asking(async () => {
      throw new CannotDecrypt();
    });
    expect(await sealed).toEqual(failed(expect.stringContaining("must rotate it")));
  });
});

test("a test is signed, deploys nothing, and says what came of it", async () => {
  const parts = {
    ...{
      find: async () => ({ url: receiver.url, secrets: [secret] }),
      linksFor: () => links,
      allowPrivate: true,
    },
  };
  const event = { type: "ping", timestamp: at.toISOString(), ...attempt } as never;
  const ping = (change: object = {}) => tryWebhook({ ...parts, ...change }, "T1", "i", { id: "p-1", event });
  receiver.answers((response) => response.writeHead(204).end());
  expect(await ping()).toEqual({ ok: true, words: "The webhook answered 204." });
  expect(verifySignature(receiver.calls[0] as never, secret)).toMatchObject({ type: "ping" });
  receiver.answers((response) => response.writeHead(401).end("who are you?"));
  expect(await ping()).toEqual({ ok: false, words: "The webhook answered 401: who are you?" });
  receiver.answers(() => {});
  expect(await ping({ timeoutMs: 100 })).toMatchObject({ ok: false });
  expect(await ping({ allowPrivate: false })).toMatchObject({ ok: false });
  expect(await ping({ find: async () => undefined })).toMatchObject({ ok: false });
});

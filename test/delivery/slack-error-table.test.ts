import { createServer, type Server, type ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SlackStandIn, startSlack } from "../../sandbox/slack/index.ts";
import { slackFault } from "../../src/deliver/slack/slack-fault.ts";
import type { Outcome } from "../../src/domain/delivery/outcome.ts";
import { createLog } from "../../src/lib/log.ts";
import { type SlackErrorRow, slackErrors } from "../../src/lib/slack-errors/table.ts";
import { slackClients } from "../../src/slack/client/clients.ts";

const log = createLog("silent");
const clientOf = (apiUrl: string) => slackClients({ token: "xoxb-test", apiUrl, log }).messages;

/** Returns what the outbox does with an item whose call of the method fails. */
async function outcomeOf(apiUrl: string, method: string): Promise<Outcome> {
  try {
    await clientOf(apiUrl).apiCall(method, {});
  } catch (error) {
    return slackFault(error, () => 0);
  }
  throw new Error(`${method} did not fail`);
}

describe("each error of each method, from the real client to the outcome of an item", () => {
  let slack: SlackStandIn;
  beforeAll(async () => {
    slack = await startSlack({
      ...{ manifest: "manifest.yml", signingSecret: "secret", botToken: "xoxb-test" },
      ...{ team: { id: "T1", name: "Acme" }, people: [], botUrl: () => "http://127.0.0.1:1" },
    });
  });
  afterAll(() => slack?.stop());
  beforeEach(() => slack.faults.clear());

  test.each(slackErrors.map((row) => [row.method, row.code, row] as const))(
    "%s: %s",
    async (method, code, row) => {
      slack.faults.fail(method, { error: code });
      expect(await outcomeOf(slack.url, method)).toEqual(expected(row));
    },
  );

  test.each(["chat.postMessage", "chat.update", "conversations.open", "users.info"])(
    "%s: an error that Slack does not document is tried a dozen times, and looked for first",
    async (method) => {
      slack.faults.fail(method, { error: "brand_new_error" });
      const reason = "Slack says brand_new_error";
      expect(await outcomeOf(slack.url, method)).toEqual({
        kind: "retry",
        reason,
        sent: "unknown",
        attempts: 12,
      });
    },
  );
});

function expected({
  method,
  code,
  class: errorClass,
  limited,
  tokenRejected,
  mayHaveHappened,
}: SlackErrorRow) {
  const reason = `Slack says ${code}`;
  if (limited) return { kind: "postponed", afterMs: 30_000, reason: "Slack's rate limit", limited: true };
  switch (errorClass) {
    case "transient":
      return { kind: "retry", reason, sent: mayHaveHappened ? "unknown" : "no" };
    case "token":
      return tokenRejected
        ? { kind: "postponed", afterMs: 60_000, reason, refused: true }
        : { kind: "postponed", afterMs: 60_000, reason: `${reason} to ${method}`, deniedCall: method };
    case "person":
    case "channel":
    case "group":
    case "message":
    case "own-fault":
      return { kind: "dead", reason };
  }
}

describe("a proxy that answers in place of Slack stops nothing for good", () => {
  let server: Server;
  let url: string;
  let answer: (response: ServerResponse) => void = () => {};
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    url = `http://127.0.0.1:${address.port}/api/`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const page = "<html><body><h1>Blocked</h1></body></html>";
  const json = { "content-type": "application/json" };

  test.each([400, 401, 403, 404, 405, 408, 413, 421, 425, 451, 500, 502, 503, 504, 520])(
    "HTTP %s with a page: it is tried again, and looked for first",
    async (status) => {
      answer = (response) => response.writeHead(status, { "content-type": "text/html" }).end(page);
      expect(await outcomeOf(url, "chat.postMessage")).toEqual({
        kind: "retry",
        reason: `Slack answers ${status}`,
        sent: "unknown",
      });
    },
  );

  test.each([
    ["a page", page],
    ["another product's JSON", '{"message":"Forbidden"}'],
    ["a sentence as the error", '{"ok":false,"error":"Access to this site is blocked"}'],
    ["nothing", ""],
  ])("HTTP 200 with %s is not Slack's answer", async (_, body) => {
    answer = (response) => response.writeHead(200, json).end(body);
    expect(await outcomeOf(url, "chat.postMessage")).toMatchObject({ kind: "retry", sent: "unknown" });
  });

  test("a proxy that wants a password first is no answer either", async () => {
    answer = (response) => response.writeHead(407, { "content-type": "text/html" }).end(page);
    expect(await outcomeOf(url, "chat.postMessage")).toMatchObject({ kind: "retry", sent: "unknown" });
  });

  test("a redirect to a sign-in page is no answer either", async () => {
    answer = (response) => response.writeHead(302, { location: "http://127.0.0.1:1/login" }).end();
    expect(await outcomeOf(url, "chat.update")).toMatchObject({ kind: "retry", sent: "unknown" });
  });

  test("a 429 without Retry-After waits half a minute and does not count", async () => {
    answer = (response) => response.writeHead(429, { "content-type": "text/html" }).end(page);
    expect(await outcomeOf(url, "chat.postMessage")).toMatchObject({ kind: "postponed", afterMs: 30_000 });
  });

  test("a scope that Slack says is missing is named", async () => {
    const body = { ok: false, error: "missing_scope", needed: "chat:write", provided: "commands" };
    answer = (response) => response.writeHead(200, json).end(JSON.stringify(body));
    expect(await outcomeOf(url, "chat.postMessage")).toMatchObject({
      reason: "Slack says missing_scope to chat.postMessage, which needs the permission chat:write",
      deniedCall: "chat.postMessage",
    });
  });

  test("Slack's own answer counts with any status", async () => {
    answer = (response) => response.writeHead(403, json).end('{"ok":false,"error":"is_archived"}');
    expect(await outcomeOf(url, "chat.postMessage")).toEqual({
      kind: "dead",
      reason: "Slack says is_archived",
    });
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scope, scopes } from "../../../src/domain/tokens/scope.ts";
import { startUpgraded, type Upgraded } from "./start-upgraded.ts";
import { pipelineCalls } from "./stored-catalog.ts";

let stack: Upgraded;

beforeAll(async () => {
  stack = await startUpgraded();
  await stack.settle();
});
afterAll(() => stack?.stop());

type Call = { method: string; path: string; body?: object };

async function call(token: string, { method, path, body }: Call) {
  const response = await fetch(`${stack.botUrl}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.previous.tokens[token]}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") && !path.startsWith("/audit");
  return { status: response.status, body: isJson || !response.ok ? JSON.parse(text) : text };
}

const eu = "/projects/commerce-eu/integrations/eu-orders";
const now = Date.now();
const range = `from=${new Date(now - 3_600_000).toISOString()}&to=${new Date(now + 3_600_000).toISOString()}`;

/** One call for each scope, which the scope allows. */
const calls: Record<Scope, Call & { status: number }> = {
  "builds:write": {
    method: "POST",
    path: `${eu}/builds`,
    body: { id: "eu-2", version: "1.1.0" },
    status: 201,
  },
  "deployments:write": {
    ...{ method: "POST", path: `${eu}/deployments`, status: 201 },
    body: { id: "run-1", environment: "staging", build: "eu-1", status: "failed", reason: "no space" },
  },
  "catalog:write": {
    ...{ method: "PUT", path: eu, status: 200 },
    body: { name: "EU Orders" },
  },
  "requests:read": { method: "GET", path: "/requests", status: 200 },
  "requests:write": {
    ...{ method: "POST", path: "/requests", status: 201 },
    body: { project: "commerce-eu", integration: "eu-orders", target: "production" },
  },
  "requests:on-behalf": {
    ...{ method: "POST", path: "/requests", status: 201 },
    body: {
      project: "commerce-eu",
      integration: "eu-orders",
      target: "production",
      requester: "dana@acme.example",
    },
  },
  "promotions:write": { method: "POST", path: "/requests/7/promote", body: {}, status: 202 },
  "audit:read": { method: "GET", path: `/audit?${range}`, status: 200 },
};

/** The scopes that the previous version had: each has a token that has only it. */
const previousScopes = scopes.filter((scope) => scope !== "requests:on-behalf");

describe("upgrade: every token may do what it could, and no more", () => {
  test.each(previousScopes)("a token with %s only is refused what other scopes allow", async (scope) => {
    for (const other of scopes.filter((one) => one !== scope)) {
      expect(await call(scope, calls[other])).toMatchObject({ status: 403, body: { code: "token-scope" } });
    }
  });

  test.each(previousScopes)("a token with %s does what the scope allows", async (scope) => {
    const answer = await call(scope, calls[scope]);
    expect([scope, answer.status, answer.body]).toEqual([scope, calls[scope].status, answer.body]);
  });

  test("R5: a token that may request names no other member until an admin gives it the scope for that", async () => {
    expect(await call("requests:write", calls["requests:on-behalf"])).toMatchObject({
      ...{
        status: 403,
        body: { code: "token-scope", detail: expect.stringContaining("requests:on-behalf") },
      },
    });
  });

  test("a token whose name has hidden characters still works", async () => {
    expect(await call("Odd\u202e name", calls["requests:read"])).toMatchObject({ status: 200 });
  });

  test("a token for one project sees and changes that project only", async () => {
    const { body } = await call("Commerce only", { method: "GET", path: "/projects" });
    expect(body.items.map(({ slug }: { slug: string }) => slug)).toEqual(["commerce"]);
    const build = { id: "b", version: "1" };
    const path = "/projects/finance/integrations/ledger/builds";
    expect(await call("Commerce only", { method: "POST", path, body: build })).toMatchObject({
      ...{ status: 403, body: { code: "token-project" } },
    });
  });
});

describe("upgrade: what a pipeline puts at each run changes nothing", () => {
  test("projects with odd and repeated names, and their integrations, are put as they are stored", async () => {
    const { sql } = stack.database.database;
    const read = () => sql`select action, subject from audit_log order by id`;
    await stack.settle();
    const before = await read();
    const answers = [];
    for (const { path, body } of pipelineCalls(stack.previous.tables)) {
      const { status, body: answer } = await call("CI", { method: "PUT", path, body });
      answers.push([path, status, status === 200 ? "" : answer]);
    }
    expect(answers).toEqual(answers.map(([path]) => [path, 200, ""]));
    expect(await read()).toEqual(before);
  });
});

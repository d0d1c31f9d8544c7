import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DatabaseBusy } from "../../../db/connection/connection-limit.ts";
import { OutcomeUnknown } from "../../../src/usecases/shared/context.ts";
import { revokeToken } from "../../../src/usecases/tokens/revoke-token.ts";
import { by } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { apiFixture, problemIn } from "./support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

type Responses = Record<string, { headers?: object }>;

const project = { name: "Finance", pipeline: [{ slug: "test", name: "Test" }] };

describe("the document", () => {
  test("is valid OpenAPI, and needs no token", async () => {
    const { get } = await apiFixture(database);
    const { status, body } = await get("/openapi.json", { token: null });
    expect(status).toBe(200);
    const result = await new Validator().validate(body);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(body.servers).toEqual([{ url: "/api/v1" }]);
  });

  test("names every route that is there, each with its problems as problem details", async () => {
    const { get, api } = await apiFixture(database);
    const { paths } = (await get("/openapi.json")).body;
    const documented = Object.entries(paths as Record<string, Record<string, { responses: object }>>);
    const listed = documented.flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
    const there = api.routes
      .filter(({ method, path }) => method !== "ALL" && path !== "/openapi.json")
      .map(({ method, path }) => `${method} ${path}`);
    expect(new Set(listed)).toEqual(new Set(there));
    for (const [path, methods] of documented) {
      for (const [method, { responses }] of Object.entries(methods)) {
        const problems = Object.entries(responses).filter(([status]) => Number(status) >= 400);
        expect(
          problems.map(([status]) => status),
          `${method} ${path}`,
        ).toEqual(expect.arrayContaining(["401", "403", "404", "422", "429", "500", "503"]));
        for (const [, response] of problems) {
          expect(Object.keys(response.content)).toEqual(["application/problem+json"]);
        }
        const headersOf = (status: string) => Object.keys((responses as Responses)[status]?.headers ?? {});
        expect(headersOf("401")).toContain("www-authenticate");
        expect(headersOf("503")).toContain("retry-after");
        expect(headersOf("429")).toEqual(expect.arrayContaining(["retry-after", "ratelimit-reset"]));
      }
    }
  });
});

describe("who calls", () => {
  test("no token, another scheme and an unknown token are 401, with a challenge", async () => {
    const { get } = await apiFixture(database);
    const answers = [
      await get("/projects", { token: null }),
      await get("/projects", { token: null, headers: { authorization: "Basic YTpi" } }),
      await get("/projects", { token: "sgn_unknown" }),
      await get("/projects", { token: `sgn_${"a".repeat(43)}` }),
    ];
    expect(answers.map(problemIn)).toEqual([
      [401, "unauthorized"],
      [401, "unauthorized"],
      [401, "token-invalid"],
      [401, "token-invalid"],
    ]);
    for (const { headers } of answers) expect(headers.get("www-authenticate")).toMatch(/^Bearer realm=/);
  });

  test("a revoked token is refused at once, and so is one whose maker has left, without their name", async () => {
    const { get, newToken, context, organizationId, people } = await apiFixture(database);
    const { token, text } = await newToken();
    expect((await get("/projects", { token: text })).status).toBe(200);
    await revokeToken(context, {
      organizationId,
      actor: by("ada") as never,
      surface: "slack",
      tokenId: token.id,
    });
    expect(problemIn(await get("/projects", { token: text }))).toEqual([401, "token-invalid"]);
    const other = await newToken();
    await people(["ada"], "deactivated");
    const gone = await get("/projects", { token: other.text });
    expect(problemIn(gone)).toEqual([401, "token-invalid"]);
    expect(JSON.stringify(gone.body)).not.toMatch(/ada/i);
  });

  test.each([
    ["PUT", "/projects/finance", project, "catalog:write"],
    ["PUT", "/projects/commerce/integrations/orders", { name: "Orders" }, "catalog:write"],
    ["POST", "/projects/commerce/integrations/orders/builds", { id: "9", version: "9" }, "builds:write"],
    [
      "POST",
      "/projects/commerce/integrations/orders/deployments",
      { id: "9", build: "1", environment: "development" },
      "deployments:write",
    ],
  ])("%s %s without its scope is 403 and says which", async (method, path, body, scope) => {
    const { call, newToken } = await apiFixture(database);
    const { text } = await newToken(["audit:read"]);
    const answer = await call(method, path, body, { token: text });
    expect(problemIn(answer)).toEqual([403, "token-scope"]);
    expect(answer.body).toMatchObject({ type: "/problems/token-scope", scope, has: ["audit:read"] });
    expect(answer.body.detail).toContain(scope);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });
});

describe("what comes in", () => {
  test("malformed JSON is 400, another media type 415, and a call that is not valid 422 and says where", async () => {
    const { put } = await apiFixture(database);
    expect(problemIn(await put("/projects/finance", "{"))).toEqual([400, "malformed"]);
    const typed = await put("/projects/finance", "name=x", { headers: { "content-type": "text/plain" } });
    expect(problemIn(typed)).toEqual([415, "unsupported-media-type"]);
    const invalid = await put("/projects/finance", {
      ...{ name: "", colour: "red", pipeline: [{ slug: "No Slug", name: "x" }] },
    });
    expect(problemIn(invalid)).toEqual([422, "validation"]);
    const paths = invalid.body.errors.map((one: { path: string }) => one.path);
    expect(paths).toEqual(expect.arrayContaining(["body.name", "body.pipeline.0.slug", "body"]));
  });

  test("a body of more than 1 MB is 413, whether or not its length is announced", async () => {
    const { put, api, newToken } = await apiFixture(database);
    const body = JSON.stringify({ name: "x".repeat(1_100_000) });
    const announced = await put("/projects/finance", body, {
      headers: { "content-length": `${body.length}` },
    });
    expect(problemIn(announced)).toEqual([413, "body-too-large"]);
    const { text } = await newToken();
    const streamed = await api.request("/projects/finance", {
      method: "PUT",
      headers: { authorization: `Bearer ${text}`, "content-type": "application/json" },
      body: new Blob([body]).stream(),
      duplex: "half",
    } as RequestInit);
    expect([streamed.status, ((await streamed.json()) as { code: string }).code]).toEqual([
      413,
      "body-too-large",
    ]);
  });

  test.each([
    ["a NUL", "a\0b"],
    ["half a character", "\ud83d"],
  ])("text with %s in it is 422: nothing that cannot be stored gets through", async (_, name) => {
    const { put, get } = await apiFixture(database);
    expect(problemIn(await put("/projects/finance", { ...project, name }))).toEqual([422, "validation"]);
    expect((await get("/projects/a%00b")).status).toBe(422);
  });

  test("an unknown route is a 404 problem", async () => {
    const { get, call } = await apiFixture(database);
    expect(problemIn(await get("/nothing"))).toEqual([404, "no-route"]);
    expect(problemIn(await call("DELETE", "/projects/commerce"))).toEqual([404, "no-route"]);
  });
});

describe("when the database does not do", () => {
  test.each([
    ["it is busy", new DatabaseBusy("full"), 503, "busy"],
    ["it is away", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), 503, "busy"],
    ["a commit's answer was lost", new OutcomeUnknown(new Error("x")), 503, "outcome-unknown"],
    ["something else broke", new Error("secret words"), 500, "failed"],
  ])("%s", async (_, fault, status, code) => {
    const { api, lines } = await apiFixture(database, {}, {
      context: { db: faultyDb(fault), now: () => new Date(), wake: () => {} },
    } as never);
    const answer = await api.request("/projects", {
      headers: { authorization: `Bearer sgn_${"a".repeat(43)}` },
    });
    const body = (await answer.json()) as { code: string; detail: string };
    expect([answer.status, body.code]).toEqual([status, code]);
    expect(answer.headers.get("retry-after")).toBe(status === 503 ? "2" : null);
    expect(JSON.stringify(body)).not.toContain("secret");
    expect(lines.some((line) => line.includes("An API call failed"))).toBe(status === 500);
  });
});

/** A database that fails every read. */
function faultyDb(fault: Error) {
  return new Proxy(
    {},
    {
      get: () => () => {
        throw fault;
      },
    },
  );
}

describe("how often", () => {
  test("a token may call so often a minute; then it is 429 with the time to wait, and others go on", async () => {
    const { get, newToken, clock } = await apiFixture(database, {}, { callsPerMinute: 3 });
    const { text } = await newToken();
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await get("/projects", { token: text }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual(["2", "1", "0", "0"]);
    const last = answers.at(-1);
    expect(last?.headers.get("ratelimit-limit")).toBe("3");
    expect(last?.headers.get("retry-after")).toBe("20");
    expect((await get("/projects")).status).toBe(200);
    clock.now = new Date(clock.now.getTime() + 20_000);
    expect((await get("/projects", { token: text })).status).toBe(200);
    expect((await get("/projects", { token: text })).status).toBe(429);
  });
});

import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditLog } from "../../../db/schema/index.ts";
import { type Scope, scopes } from "../../../src/domain/tokens/scope.ts";
import { fixtureApi } from "../../support/api/fixture-api.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const toStaging = { project: "commerce", integration: "orders", target: "staging" };
const without = (...left: Scope[]) => scopes.filter((scope) => !left.includes(scope));

const finance = {
  ...commerce,
  ...{ slug: "finance", name: "Finance" },
  integrations: commerce.integrations.map((one) => ({ ...one, slug: "ledger", name: "Ledger" })),
};

async function start(options: Parameters<typeof buildCatalog>[1] = {}) {
  const fixture = await buildCatalog(database, options);
  const api = fixtureApi(fixture);
  return { fixture, api, call: await api.client("ada") };
}

describe("POST /requests", () => {
  test("R5: requests for the member whom the token names; the request says through which token", async () => {
    const { fixture, call } = await start();
    const made = await call("POST", "/requests", { ...toStaging, build: "3", message: " Please " });
    expect([made.status, made.headers.get("location")]).toEqual([
      201,
      `/api/v1/requests/${made.body.number}`,
    ]);
    expect(made.body).toMatchObject({
      ...{ state: "pending", version: 1, message: "Please", through: expect.stringMatching(/^CI /) },
      project: { slug: "commerce", name: "Commerce" },
      integration: { slug: "orders", name: "Orders" },
      source: { slug: "development" },
      target: { slug: "staging", critical: false },
      build: { id: "3", version: "1.3.0", commit: "c0ffee3" },
      liveInTarget: { id: "2", since: expect.stringMatching(/Z$/) },
      requester: { id: "UADA", name: "ada" },
      approvals: { given: 0, required: 1 },
      reviewers: [{ id: "UBOB" }, { id: "UCAROL" }],
      ...{ decision: null, cancelled: null, attempt: null, reviews: [] },
      links: {
        self: `/api/v1/requests/${made.body.number}`,
        slack: `https://signoff.example/r/${made.body.number}.UADA`,
      },
    });
    const [entry] = await fixture.audit(made.body.number);
    expect(entry).toMatchObject({
      ...{ action: "request.requested", surface: "api" },
      actor: { kind: "token", memberId: "UADA", makerId: "UADA" },
    });
  });

  test("without a build it takes whichever is live in the source", async () => {
    const { call } = await start();
    const nothing = { build: null, requester: null, replaces: null, confirmed: null };
    const made = await call("POST", "/requests", { ...toStaging, ...nothing });
    expect(made.body).toMatchObject({ state: "pending", build: { id: "3" } });
  });

  test("R5: made for another member, by email or Slack id: both they and the token's maker may not review it", async () => {
    const { fixture, api } = await start({ reviewers: ["ada", "bob", "dana"] });
    for (const requester of ["Dana@acme.example", "UDANA"]) {
      const call = await api.client("ada");
      const made = await call("POST", "/requests", { ...toStaging, requester });
      expect(made.body).toMatchObject({ requester: { id: "UDANA" }, reviewers: [{ id: "UBOB" }] });
      for (const name of ["ada", "dana"]) {
        const refused = await fixture.review(name, made.body.number, "approve");
        expect(refused).toMatchObject({ ok: false, refusal: { code: "not-reviewer", why: "self" } });
      }
      accepted(await fixture.review("bob", made.body.number, "reject"));
    }
  });

  test("R2: the build that is named must be the one that is live; which is is told", async () => {
    const { call } = await start();
    for (const build of ["2", "never-built"]) {
      const refused = await call("POST", "/requests", { ...toStaging, build });
      expect(refused.status).toBe(409);
      expect(refused.body).toMatchObject({ code: "build-changed", live: { id: "3", version: "1.3.0" } });
    }
  });

  test("R3: an open request is told with whose it is; a newer build may take its place", async () => {
    const { fixture, call } = await start();
    const first = await call("POST", "/requests", { ...toStaging, requester: "UDANA" });
    const { number } = first.body;
    const refused = await call("POST", "/requests", toStaging);
    expect(refused.body).toMatchObject({
      ...{ status: 409, code: "open-request", number, replaceable: false },
      request: {
        number,
        state: "pending",
        requester: { id: "UDANA" },
        links: { self: `/api/v1/requests/${number}` },
      },
      whoCan: [{ id: "UDANA", name: "dana" }],
    });
    await fixture.deploy("development", "4");
    const second = await call("POST", "/requests", { ...toStaging, replaces: number });
    expect(second.body).toMatchObject({ state: "pending", build: { id: "4" } });
    const replaced = await call("GET", `/requests/${number}`);
    expect(replaced.body).toMatchObject({
      state: "cancelled",
      cancelled: {
        replacedBy: second.body.number,
        by: { member: { id: "UADA" }, token: expect.any(String) },
      },
    });
  });

  test("R1: with the workflow off it promotes at once, and needs promotions:write too", async () => {
    const { fixture, api, call } = await start({ enabled: false });
    const asking = await api.client("ada", { only: without("promotions:write") });
    const refused = await asking("POST", "/requests", toStaging);
    expect(refused.body).toMatchObject({ status: 403, code: "token-scope", scope: "promotions:write" });
    const made = await call("POST", "/requests", toStaging);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...{
        state: "promoting",
        decision: { outcome: "approved", by: { member: null, reason: "workflow off" } },
      },
      attempt: { status: "in progress", startedBy: { member: { id: "UADA" }, token: expect.any(String) } },
    });
    await fixture.saveWorkflow({ enabled: true, options: { gate: "critical" } });
    await fixture.report(made.body.attempt.id, { status: "succeeded" });
    await fixture.deploy("development", "4");
    const again = await asking("POST", "/requests", toStaging);
    expect(again.body).toMatchObject({ status: 403, code: "token-scope", scope: "promotions:write" });
    const gated = await asking("POST", "/requests", { ...toStaging, target: "production" });
    expect(gated.body).toMatchObject({ state: "pending" });
  });

  test("R9: where it promotes at once, what runs is confirmed first", async () => {
    const { fixture, call } = await start({ enabled: false });
    const running = await fixture.deploy("staging", "2", "in progress");
    const refused = await call("POST", "/requests", toStaging);
    expect(refused.body).toMatchObject({
      ...{ status: 409, code: "must-confirm" },
      changes: [{ kind: "deployment-running", deployment: running }],
    });
    const made = await call("POST", "/requests", { ...toStaging, confirmed: refused.body.shown });
    expect(made.body).toMatchObject({ state: "promoting" });
  });
});

describe("reading", () => {
  test("GET /requests/{number}: reviews with names and comments, the decision, the attempt", async () => {
    const { fixture, call } = await start({ options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve", "Fine"));
    fixture.later({ ms: 1 });
    accepted(await fixture.review("carol", number, "approve", "Go"));
    const { deploymentId } = accepted(await fixture.promote("dora", number));
    accepted(
      await fixture.report(deploymentId, { status: "failed", reason: "No disk" }, "https://ci.example/1"),
    );
    const { headers, body } = await call("GET", `/requests/${number}`);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(body).toMatchObject({
      ...{ state: "failed", through: null, approvals: { given: 2, required: 2 }, reviewers: [] },
      reviews: [
        { reviewer: { id: "UBOB", name: "bob" }, verdict: "approve", comment: "Fine" },
        { reviewer: { id: "UCAROL" }, comment: "Go" },
      ],
      decision: {
        outcome: "approved",
        by: { member: { id: "UCAROL", name: "carol" }, token: null },
        comment: "Go",
      },
      attempt: {
        ...{ id: deploymentId, status: "failed", reason: "No disk", link: "https://ci.example/1" },
        startedBy: { member: { id: "UDORA" } },
        finishedAt: expect.stringMatching(/Z$/),
      },
    });
  });

  test("R11: a request whose time is over is expired, and listed so, before anybody writes it down", async () => {
    const { fixture, call } = await start();
    const number = await fixture.requested();
    fixture.later({ days: 400 });
    expect((await call("GET", `/requests/${number}`)).body).toMatchObject({
      ...{ state: "expired", version: 1, expiredAt: expect.any(String) },
    });
    expect((await call("GET", "/requests?state=expired")).body.items).toMatchObject([
      { number, state: "expired" },
    ]);
    expect((await call("GET", "/requests?state=pending,approved")).body.items).toEqual([]);
  });

  test("GET /requests: the newest first, in pages, by state, project and integration", async () => {
    const { fixture, call } = await start({ projects: [commerce, finance] });
    const numbers: number[] = [];
    for (let n = 0; n < 5; n++) {
      const number = await fixture.requested();
      numbers.unshift(number);
      if (n < 4) accepted(await fixture.cancel("dana", number));
    }
    const pages: number[][] = [];
    let after: string | null = null;
    do {
      const query: string = after === null ? "" : `&after=${after}`;
      const { body } = await call("GET", `/requests?limit=2${query}`);
      pages.push(body.items.map(({ number }: { number: number }) => number));
      after = body.next;
    } while (after !== null);
    expect(pages).toEqual([numbers.slice(0, 2), numbers.slice(2, 4), numbers.slice(4)]);
    const counted = async (query: string) => (await call("GET", `/requests?${query}`)).body.items.length;
    expect(await counted("state=pending")).toBe(1);
    expect(await counted("state=cancelled")).toBe(4);
    expect(await counted("project=commerce&integration=orders&state=pending,cancelled")).toBe(5);
    expect(await counted("project=finance")).toBe(0);
    const { body } = await call("GET", "/requests?limit=1");
    expect(body.items[0]).toMatchObject({
      ...{ state: "pending", version: 1, build: { id: "3", version: "1.3.0" }, through: null, endedAt: null },
      ...{ source: { slug: "development" }, target: { slug: "staging", critical: false } },
    });
  });
});

describe("cancelling and promoting", () => {
  test("R10: cancels as the token's member would, and a repeat is answered as done", async () => {
    const { fixture, api, call } = await start();
    const number = await fixture.requested();
    const silent = await call("POST", `/requests/${number}/cancel`, {});
    expect(silent.body).toMatchObject({ status: 422, code: "reason-required" });
    const cancelled = await call("POST", `/requests/${number}/cancel`, { reason: "Freeze" });
    expect([cancelled.status, cancelled.body.state]).toEqual([200, "cancelled"]);
    expect(cancelled.body.cancelled).toMatchObject({ reason: "Freeze", by: { member: { id: "UADA" } } });
    expect((await call("POST", `/requests/${number}/cancel`, { reason: "Freeze" })).status).toBe(200);
    const other = await fixture.requested();
    const dora = await api.client("dora");
    const refused = await dora("POST", `/requests/${other}/cancel`, { reason: "Mine" });
    expect(refused.body).toMatchObject({
      ...{ status: 403, code: "not-canceller", whoCan: [{ id: "UDANA" }, { id: "UADA" }] },
    });
  });

  test("R9: what changed is named with its builds and confirmed; then it is promoted once", async () => {
    const { fixture, call } = await start();
    const number = await fixture.approved();
    await fixture.deploy("development", "4");
    const refused = await call("POST", `/requests/${number}/promote`, {});
    expect(refused.body).toMatchObject({
      ...{ status: 409, code: "must-confirm", number },
      changes: [{ kind: "source-changed", build: { id: "4", version: "1.4.0" } }],
    });
    const { shown } = refused.body;
    const promoted = await call("POST", `/requests/${number}/promote`, { confirmed: shown });
    expect([promoted.status, promoted.body.state]).toEqual([202, "promoting"]);
    expect(promoted.body.build.id).toBe("3");
    const again = await call("POST", `/requests/${number}/promote`, { confirmed: shown });
    expect(again.body).toMatchObject({ status: 409, code: "not-approved", request: { state: "promoting" } });
  });

  test("R9: a name that changed since the approval is named with what it was, and confirmed", async () => {
    const { fixture, call } = await start();
    const number = await fixture.approved();
    const renamed = await call("PUT", "/projects/commerce/integrations/orders", { name: "Returns" });
    expect(renamed.status).toBe(200);
    const refused = await call("POST", `/requests/${number}/promote`, {});
    expect(refused.body).toMatchObject({
      ...{ status: 409, code: "must-confirm", number },
      changes: [{ kind: "fact-changed", fact: "integration-name", after: "Returns" }],
    });
    const promoted = await call("POST", `/requests/${number}/promote`, { confirmed: refused.body.shown });
    expect([promoted.status, promoted.body.state]).toEqual([202, "promoting"]);
  });

  test("R13: a request that is not approved yet says who can approve it", async () => {
    const { fixture, call } = await start();
    const number = await fixture.requested();
    const refused = await call("POST", `/requests/${number}/promote`, {});
    expect(refused.body).toMatchObject({
      ...{ code: "not-approved", request: { state: "pending" } },
      whoCan: [{ id: "UBOB" }, { id: "UCAROL" }],
    });
  });

  test("R14: promoting and requesting need a member who may; which roles is told", async () => {
    const { fixture, call } = await start({
      roles: [{ name: "Developers", members: [{ memberId: idOf("dana"), projects: null }] }],
      projects: [{ ...commerce, requesters: ["Developers"] }],
    });
    const refused = await call("POST", "/requests", toStaging);
    expect(refused.body).toMatchObject({
      ...{ status: 403, code: "not-requester", why: "role", whoCan: ["Developers"] },
    });
    const number = await fixture.approved();
    expect((await call("POST", `/requests/${number}/promote`, {})).body).toMatchObject({
      code: "not-requester",
    });
    await fixture.people(["dana"], "deactivated");
    const gone = await call("POST", "/requests", { ...toStaging, target: "production", requester: "UDANA" });
    expect(gone.body).toMatchObject({ status: 403, code: "not-requester", why: "deactivated" });
  });
});

describe("tokens", () => {
  test("R4: a token never reviews: there is no way to", async () => {
    const { fixture, call } = await start({ reviewers: ["ada", "bob"] });
    const number = await fixture.requested();
    const ways = ["review", "reviews", "approve", "reject", "decision"];
    for (const way of ways) {
      for (const method of ["POST", "PUT"]) {
        const answer = await call(method, `/requests/${number}/${way}`, { verdict: "approve" });
        expect(answer.body).toMatchObject({ status: 404, code: "no-route" });
      }
    }
    const patched = await call("PATCH", `/requests/${number}`, { state: "approved" });
    expect(patched.body).toMatchObject({ code: "no-route" });
    expect((await call("GET", `/requests/${number}`)).body).toMatchObject({ state: "pending", reviews: [] });
  });

  const scopesOf: [string, string, unknown, Scope][] = [
    ["POST", "/requests", toStaging, "requests:write"],
    ["GET", "/requests", undefined, "requests:read"],
    ["GET", "/requests/1", undefined, "requests:read"],
    ["POST", "/requests/1/cancel", { reason: "x" }, "requests:write"],
    ["POST", "/requests/1/promote", {}, "promotions:write"],
    ["GET", "/audit?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z", undefined, "audit:read"],
  ];

  test.each(scopesOf)("%s %s needs a token, and its scope", async (method, path, body, scope) => {
    const { api } = await start();
    const nobody = await api.callWith(null)(method, path, body);
    expect(nobody.body).toMatchObject({ status: 401 });
    const lacking = await api.client("ada", { only: without(scope) });
    expect((await lacking(method, path, body)).body).toMatchObject({
      status: 403,
      code: "token-scope",
      scope,
    });
  });

  test("a token of one project sees and touches no other", async () => {
    const { fixture, api } = await start({ projects: [commerce, finance] });
    const number = await fixture.approved();
    const project = await projectId(fixture, "finance");
    const call = await api.client("ada", { project });
    expect((await call("GET", `/requests/${number}`)).body).toMatchObject({ status: 404, code: "not-found" });
    expect((await call("GET", `/requests/${number}?wait=60&since=2`)).body).toMatchObject({ status: 404 });
    expect((await call("GET", "/requests")).body.items).toEqual([]);
    expect((await call("GET", "/requests?project=commerce")).body).toMatchObject({
      status: 404,
      what: "project",
    });
    for (const [path, body] of [
      ["/requests", toStaging],
      [`/requests/${number}/cancel`, { reason: "x" }],
      [`/requests/${number}/promote`, {}],
    ] as const) {
      expect((await call("POST", path, body)).body).toMatchObject({ status: 403, code: "token-project" });
    }
    const ledger = { ...toStaging, project: "finance", integration: "ledger" };
    const naming = await call("POST", "/requests", { ...ledger, replaces: number });
    expect(naming.body).toMatchObject({ status: 409, code: "not-replaceable", number });
    expect(naming.body).not.toHaveProperty("request");
    const own = await call("POST", "/requests", ledger);
    expect(own.status).toBe(201);
    expect((await call("GET", "/requests")).body.items).toHaveLength(1);
    expect((await fixture.state(number)).state).toBe("approved");
  });
});

describe("what is not there or not valid", () => {
  test.each<[object, number, { code: string; [fact: string]: unknown }]>([
    [{ ...toStaging, project: "none" }, 404, { code: "not-found", what: "project" }],
    [{ ...toStaging, integration: "none" }, 404, { code: "not-found", what: "integration" }],
    [{ ...toStaging, target: "none" }, 404, { code: "not-found", what: "environment" }],
    [{ ...toStaging, requester: "UNOBODY" }, 404, { code: "not-found", what: "member" }],
    [{ ...toStaging, requester: "nobody@acme.example" }, 404, { code: "not-found", what: "member" }],
    [{ ...toStaging, target: "development" }, 409, { code: "no-source" }],
    [{ ...toStaging, replaces: 99 }, 409, { code: "not-replaceable", number: 99 }],
    [{ ...toStaging, message: "x".repeat(3_001) }, 422, { code: "validation" }],
    [{ ...toStaging, more: true }, 422, { code: "validation" }],
    [{ project: "commerce" }, 422, { code: "validation" }],
  ])("POST /requests of what is not there is refused: %#", async (body, status, problem) => {
    const { call } = await start();
    const answer = await call("POST", "/requests", body);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({
      status,
      ...problem,
      title: expect.any(String),
      detail: expect.any(String),
    });
  });

  test.each([
    ["/requests/99", 404],
    ["/requests/0", 422],
    ["/requests/4294967296", 422],
    ["/requests/x", 422],
    ["/requests/1?wait=61", 422],
    ["/requests/1?wait=0", 422],
    ["/requests?state=open", 422],
    ["/requests?limit=0", 422],
    ["/requests?integration=orders", 422],
    ["/requests?project=none", 404],
  ])("GET %s → %i", async (path, status) => {
    const { call } = await start();
    expect((await call("GET", path)).body).toMatchObject({ status, code: expect.any(String) });
  });

  test("R2, R6: nothing live, already live, too few reviewers", async () => {
    const { fixture, call } = await start({ reviewers: ["ada"] });
    expect((await call("POST", "/requests", toStaging)).body).toMatchObject({
      status: 409,
      code: "too-few-reviewers",
    });
    await fixture.deploy("staging", "3");
    expect((await call("POST", "/requests", toStaging)).body).toMatchObject({
      status: 409,
      code: "already-live",
    });
    const nothing = await start({
      projects: [{ ...commerce, integrations: commerce.integrations.map((one) => ({ ...one, live: {} })) }],
    });
    expect((await nothing.call("POST", "/requests", toStaging)).body).toMatchObject({
      status: 409,
      code: "nothing-live",
    });
  });

  test("a refused call leaves nothing behind", async () => {
    const { fixture, call } = await start();
    const entries = () =>
      database.database.db.$count(auditLog, eq(auditLog.organizationId, fixture.organizationId));
    const before = await entries();
    await call("POST", "/requests", { ...toStaging, build: "2" });
    expect(await entries()).toBe(before);
  });
});

async function projectId(fixture: Catalog, slug: string): Promise<string> {
  const [row] = await database.database.sql<{ id: string }[]>`
    select id from projects where organization_id = ${fixture.organizationId} and slug = ${slug}`;
  return row?.id ?? "";
}

import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byCommand } from "../../../examples/receiver/receiver.mjs";
import type { ApiAnswer, CheckedApi } from "../../support/api/checked-api.ts";
import {
  type ApiFixture,
  type Deploying,
  type HeldReceiver,
  heldReceiver,
  startApiFixture,
} from "../../support/api/fixture.ts";
import { eventually } from "../../support/test-stack.ts";

let fixture: ApiFixture;
let api: CheckedApi;
let far: HeldReceiver;

const project = "commerce";
const integration = "orders-sync";
const place = { project, integration };
const build = { id: "run-1042", version: "1.5.0", commit: "9f1c2ab", author: "Dana" };

beforeAll(async () => {
  fixture = await startApiFixture();
  ({ api } = fixture);
});

afterAll(async () => {
  await far?.receiver.stop(0);
  await fixture?.stop();
});

/** Waits as a pipeline does: calls again with the returned version until the request is in this state. */
async function waitFor(number: number, state: string): Promise<ApiAnswer["body"]> {
  for (let since = 0; ; ) {
    const { status, body } = await api.call("GET /requests/{number}", {
      params: { number },
      query: { wait: 30, since },
    });
    expect(status).toBe(200);
    if (body.state === state) return body;
    expect(body.version, `#${number} is ${body.state}, and nothing came of it`).toBeGreaterThan(since);
    since = body.version;
  }
}

async function nextDeployment(after: number): Promise<Deploying> {
  await eventually(() => expect(far.deploying.length).toBeGreaterThan(after));
  return far.deploying[after] as Deploying;
}

const deployments = { project, integration };

test("the OpenAPI document is valid, and needs no token", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(api.document) as never);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(validator.version).toBe("3.1");
});

test("an answer that says more, less or other than the document is noticed", () => {
  const sample = {
    ...{ method: "GET", path: "/requests", sent: undefined, status: 200, contentType: "application/json" },
    body: { items: [], next: null } as object,
  };
  expect(() => api.check.check(sample)).not.toThrow();
  for (const change of [
    { body: { items: [], next: null, more: 1 } },
    { body: { items: [] } },
    { body: { items: [{}], next: null } },
    { body: { items: [], next: 7 } },
    { contentType: "text/html" },
    { status: 204 },
    { path: "/elsewhere" },
  ]) {
    expect(() => api.check.check({ ...sample, ...change })).toThrow("not");
  }
  api.check.seen.clear();
});

test("without a token, with one that is none, and with one that lacks the scope: refused as a problem", async () => {
  const list = (token: string | null) => api.call("GET /requests", { token });
  expect(await list(null)).toMatchObject({ status: 401, body: { code: "unauthorized" } });
  expect(await list("sgn_nobody")).toMatchObject({ status: 401, body: { code: "token-invalid" } });
  const auditor = await fixture.token("Auditor", ["audit:read"]);
  const refused = await list(auditor);
  expect(refused).toMatchObject({ status: 403, body: { code: "token-scope", scope: "requests:read" } });
});

test("a project, its pipeline and an integration are put: the same again changes nothing", async () => {
  const body = {
    name: "Commerce",
    pipeline: [
      { slug: "development", name: "Development", critical: false },
      { slug: "production", name: "Production", critical: true },
    ],
  };
  const put = () => api.call("PUT /projects/{project}", { params: { project }, body });
  expect((await put()).status).toBe(201);
  expect((await put()).status).toBe(200);
  const name = { name: "Orders Sync", compareUrl: "https://git.example/compare/{from}...{to}" };
  const putOne = (change: object = {}) =>
    api.call("PUT /projects/{project}/integrations/{integration}", {
      params: place,
      body: { ...name, ...change },
    });
  expect((await putOne()).status).toBe(201);
  expect((await putOne()).status).toBe(200);
  expect(await putOne({ deployer: "webhook" })).toMatchObject({ status: 409, body: { code: "no-webhook" } });
  const read = await api.call("GET /projects/{project}", { params: { project } });
  expect(read).toMatchObject({ status: 200, body: { slug: project, name: "Commerce" } });
  const all = await api.call("GET /projects");
  expect(JSON.stringify(all.body)).toContain(project);
  expect((await api.call("GET /projects/{project}", { params: { project: "nowhere" } })).status).toBe(404);
});

test("an admin gives the integration its webhook: from now on promotions are sent there", async () => {
  far = await heldReceiver("whsec_bm90IGtub3duIHlldCwgbm90IGtub3duIHlldA==");
  far.receiver.trust(await fixture.setWebhook(project, integration, far.receiver.url));
});

test("a build is registered and deployed to Development: idempotent on the caller's ids", async () => {
  const route = "POST /projects/{project}/integrations/{integration}/builds";
  const register = (change: object = {}) => api.call(route, { params: place, body: { ...build, ...change } });
  expect((await register()).status).toBe(201);
  expect((await register()).status).toBe(200);
  expect(await register({ version: "1.5.1" })).toMatchObject({
    status: 409,
    body: { code: "build-differs" },
  });
  const listed = await api.call("GET /projects/{project}/integrations/{integration}/builds", {
    params: place,
  });
  expect(listed.body.items).toMatchObject([{ id: build.id, version: build.version }]);
  const deploy = () =>
    api.call("POST /projects/{project}/integrations/{integration}/deployments", {
      params: deployments,
      body: { id: "deploy-1042", environment: "development", build: build.id },
    });
  expect((await deploy()).status).toBe(201);
  expect((await deploy()).status).toBe(200);
  const live = await api.call("GET /projects/{project}/live", { params: { project } });
  expect(live.status).toBe(200);
  expect(JSON.stringify(live.body)).toContain(build.id);
});

describe("from the request to Production", () => {
  let number: number;

  test("requested: once under its key, with its place in Location", async () => {
    const body = {
      project,
      integration,
      target: "production",
      build: build.id,
      message: "From the pipeline",
    };
    const post = () =>
      api.call("POST /requests", { body, headers: { "idempotency-key": "run-1042-request" } });
    const first = await post();
    expect(first).toMatchObject({ status: 201, body: { state: "pending", through: "CI" } });
    number = first.body.number;
    expect(first.headers.get("location")).toBe(`/api/v1/requests/${number}`);
    expect(first.body.requester).toEqual({ id: fixture.stack.id("ada"), name: "Ada Admin" });
    const again = await post();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
    const other = await api.call("POST /requests", { body });
    expect(other).toMatchObject({ status: 409, body: { code: "open-request", request: { number } } });
    const early = await api.call("POST /requests/{number}/promote", { params: { number }, body: {} });
    expect(early).toMatchObject({ status: 409, body: { code: "not-approved" } });
  });

  test("R4: no route reviews; R7: two people approve in Slack, and the waiting client gets each change", async () => {
    expect(api.check.routes().filter((route) => /review|approve|reject/.test(route))).toEqual([]);
    const { stack } = fixture;
    await stack.settle();
    const { version } = (await api.call("GET /requests/{number}", { params: { number } })).body;
    const waiting = api.call("GET /requests/{number}", {
      params: { number },
      query: { wait: 60, since: version },
    });
    await stack.press("bob", "approve_request");
    const one = (await waiting).body;
    expect(one).toMatchObject({ state: "pending", approvals: { given: 1, required: 2 } });
    const decided = waitFor(number, "approved");
    await stack.press("carol", "approve_request");
    const { decision, reviews } = await decided;
    expect(decision).toMatchObject({ outcome: "approved", by: { member: { name: "Carol Reviewer" } } });
    expect(reviews.map(({ reviewer }: { reviewer: { name: string } }) => reviewer.name).sort()).toEqual([
      "Bob Reviewer",
      "Carol Reviewer",
    ]);
  });

  test("promoted: the receiver gets the signed webhook, and a failure is reported with its reason", async () => {
    const promoted = await api.call("POST /requests/{number}/promote", { params: { number }, body: {} });
    expect(promoted).toMatchObject({ status: 202, body: { state: "promoting" } });
    const { delivery, progress, fail } = await nextDeployment(0);
    expect(delivery).toMatchObject({
      attempt: promoted.body.attempt.id,
      request: { number, message: "From the pipeline" },
      ...{ project: { slug: project }, integration: { slug: integration } },
      ...{ from: { slug: "development" }, to: { slug: "production" } },
      build: { id: build.id, version: build.version, commit: build.commit },
      approvedBy: [{ name: "Bob Reviewer" }, { name: "Carol Reviewer" }],
    });
    await progress("https://deploys.example/log/1");
    await eventually(async () => {
      const { body } = await api.call("GET /requests/{number}", { params: { number } });
      expect(body.attempt).toMatchObject({ status: "in progress", link: "https://deploys.example/log/1" });
    });
    fail("the health check answered 500");
    const { attempt } = await waitFor(number, "failed");
    expect(attempt).toMatchObject({ status: "failed", reason: "the health check answered 500" });
  });

  test("R9: tried again: another attempt with an id of its own, and what it reports makes the build live", async () => {
    const again = await api.call("POST /requests/{number}/promote", { params: { number }, body: {} });
    expect(again.status).toBe(202);
    const { delivery, progress, succeed } = await nextDeployment(1);
    expect(delivery.attempt).not.toBe(far.deploying[0]?.delivery.attempt);
    // What the example's command is asked to deploy, as received. A test that does not hold it exits with 1.
    const told = `"$SIGNOFF_PROJECT/$SIGNOFF_INTEGRATION $SIGNOFF_VERSION $SIGNOFF_FROM $SIGNOFF_TO"`;
    const wanted = `"${project}/${integration} ${build.version} development production"`;
    await byCommand(`test ${told} = ${wanted} || { echo ${told}; exit 1; }`)(delivery, { progress });
    succeed();
    const { attempt, promotedAt } = await waitFor(number, "promoted");
    expect(attempt).toMatchObject({ id: delivery.attempt, status: "succeeded" });
    expect(promotedAt).not.toBeNull();
    const live = await api.call("GET /projects/{project}/live", { params: { project } });
    expect(JSON.stringify(live.body).split(build.id)).toHaveLength(3);
    await fixture.stack.settle();
    expect(far.deploying).toHaveLength(2);
    expect(far.answers).toEqual([200, 200, 200]);
    expect(fixture.stack.slack.violations).toEqual([]);
  });

  test("a report that comes again changes nothing, and one with another token is refused", async () => {
    const [failed, succeeded] = far.deploying.map(({ delivery }) => delivery);
    const report = (attempt = "", token: string | null = null, status = "succeeded") =>
      api.call("POST /deployments/{id}/status", { params: { id: attempt }, token, body: { status } });
    const again = await report(succeeded?.attempt, succeeded?.report.token);
    expect(again).toMatchObject({ status: 200, body: { status: "succeeded", changed: false } });
    const late = await report(failed?.attempt, failed?.report.token);
    expect(late).toMatchObject({ status: 200, body: { status: "failed", changed: false } });
    expect((await report(failed?.attempt, succeeded?.report.token)).status).toBe(401);
    expect((await report(failed?.attempt)).status).toBe(401);
  });

  test("it is listed, can no longer be cancelled, and the audit log has all of it", async () => {
    const listed = await api.call("GET /requests", { query: { state: "promoted", project } });
    expect(listed.body.items).toMatchObject([{ number, state: "promoted" }]);
    const cancelled = await api.call("POST /requests/{number}/cancel", {
      params: { number },
      body: { reason: "too late" },
    });
    expect(cancelled).toMatchObject({ status: 409, body: { code: "not-cancellable" } });
    const day = 86_400_000;
    const lines = await api.call("GET /audit", {
      query: { from: new Date(Date.now() - day).toISOString(), to: new Date(Date.now() + day).toISOString() },
    });
    const entries = String(lines.body)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { action: string; subject: string });
    const told = entries.filter(({ subject }) => subject === `request:${number}`).map(({ action }) => action);
    expect(told.map((action) => action.replace("request.", ""))).toEqual([
      ...["requested", "reviewed", "approved", "promoting", "failed", "promoting", "promoted"],
    ]);
  });
});

/** Registers the build of a run, and reports that it was deployed to Development. */
async function bringToDevelopment(run: number, version: string) {
  await api.call("POST /projects/{project}/integrations/{integration}/builds", {
    params: place,
    body: { ...build, id: `run-${run}`, version },
  });
  await api.call("POST /projects/{project}/integrations/{integration}/deployments", {
    params: deployments,
    body: { id: `deploy-${run}`, environment: "development", build: `run-${run}`, status: "succeeded" },
  });
}

test("a request is cancelled through the API, and no request is there by another number", async () => {
  await bringToDevelopment(1043, "1.5.1");
  const stale = { project, integration, target: "production", build: build.id };
  expect(await api.call("POST /requests", { body: stale })).toMatchObject({ status: 409 });
  const { body } = await api.call("POST /requests", { body: { ...stale, build: "run-1043" } });
  const cancelled = await api.call("POST /requests/{number}/cancel", {
    params: { number: body.number },
    body: { reason: "Superseded" },
  });
  expect(cancelled).toMatchObject({ status: 200, body: { state: "cancelled" } });
  expect((await api.call("GET /requests/{number}", { params: { number: 4_711 } })).status).toBe(404);
});

test("an attempt that nothing ends is ended by its requester, with a reason", async () => {
  await bringToDevelopment(1044, "1.5.2");
  const { body } = await api.call("POST /requests", {
    body: { project, integration, target: "production", build: "run-1044" },
  });
  const params = { number: body.number };
  await fixture.stack.settle();
  await fixture.stack.press("bob", "approve_request");
  await fixture.stack.press("carol", "approve_request");
  const { attempt } = (await api.call("POST /requests/{number}/promote", { params, body: {} })).body;
  await (await nextDeployment(2)).progress();
  const end = (of: object) => api.call("POST /requests/{number}/end-attempt", { params, body: of });
  expect(await end({ reason: "  " })).toMatchObject({ status: 422 });
  const ended = await end({ attempt: attempt.id, reason: "The runner was deleted" });
  expect(ended).toMatchObject({ status: 200, body: { state: "failed" } });
  expect((await waitFor(body.number, "failed")).attempt).toMatchObject({
    status: "unknown",
    reason: expect.stringContaining("The runner was deleted"),
  });
  // A repetition is answered the same.
  expect(await end({ reason: "Once more" })).toMatchObject({ status: 200, body: { state: "failed" } });
});

test("every route of the document was called, and each answered as it says", () => {
  const succeeded = [...api.check.seen]
    .filter((seen) => / 2\d\d$/.test(seen))
    .map((seen) => seen.slice(0, -4));
  expect(api.check.routes().filter((route) => !succeeded.includes(route))).toEqual([]);
});

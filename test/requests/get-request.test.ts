import { afterAll, beforeAll, expect, test } from "vitest";
import type { MemberStatus } from "../../src/domain/people/people.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import { getViewerRights } from "../../src/queries/requests/get-viewer-rights.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const person = (name: string) => ({ id: idOf(name), name });
const bob = { person: person("bob") };

async function view(fixture: Catalog, number: number) {
  const found = await getRequest(fixture.context.db, fixture.organizationId, number, fixture.clock.now);
  if (found === undefined) throw new Error(`There is no #${number}`);
  return found;
}

async function rights(fixture: Catalog, number: number, name: string) {
  return getViewerRights(fixture.context.db, await view(fixture, number), idOf(name), fixture.clock.now);
}

test("a pending request: what, from where to where, by whom, and who may review", async () => {
  const fixture = await buildCatalog(database, { options: { requiredApprovals: 2, commentOnReject: true } });
  const number = await fixture.requested({ message: "please" });
  accepted(await fixture.review("carol", number, "approve", "fine"));
  expect(await view(fixture, number)).toEqual({
    organizationId: fixture.organizationId,
    ...{ number, identity: (await fixture.state(number)).identity },
    fingerprint: (await fixture.state(number)).fingerprint,
    ...{ version: 2, onBehalf: false, deployer: "record" },
    project: expect.objectContaining({ slug: "commerce", name: "Commerce" }),
    integration: expect.objectContaining({ slug: "orders", name: "Orders" }),
    source: expect.objectContaining({ name: "Development" }),
    target: expect.objectContaining({ name: "Staging", critical: false }),
    build: {
      ...{ id: fixture.build("3"), externalId: "3", digest: null },
      ...{ version: "1.3.0", commit: "c0ffee3", link: null, author: null },
    },
    liveInTarget: expect.objectContaining({ version: "1.2.0", since: fixture.clock.now }),
    newerInSource: null,
    comparison: expect.objectContaining({ direction: "forward", link: null }),
    requester: person("dana"),
    through: null,
    message: "please",
    createdAt: fixture.clock.now,
    state: "pending",
    expiresAt: new Date("2026-03-09T09:00:00.000Z"),
    approvals: { given: 1, required: 2 },
    reviewers: [person("bob"), person("carol")],
    deliveryCoverage: null,
    reviews: [expect.objectContaining({ reviewer: person("carol"), verdict: "approve", comment: "fine" })],
    decision: null,
    cancelled: null,
    expiredAt: null,
    promotedAt: null,
    attempt: null,
    commentOnReject: true,
  });
});

test("R4: reviewers are those of the moment; a newer build in the source is named", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  await fixture.hold("Reviewer", ["carol", "dora"]);
  await fixture.people(["carol"], "deactivated");
  await fixture.deploy("development", "4");
  expect(await view(fixture, number)).toMatchObject({
    reviewers: [person("dora")],
    newerInSource: { version: "1.4.0" },
  });
});

test.each([
  ["approve", "approved"],
  ["reject", "rejected"],
] as const)(
  "%s: who decided, when, with what comment, and nobody is to review any more",
  async (verdict, outcome) => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    fixture.later({ hours: 1 });
    accepted(await fixture.review("bob", number, verdict, "because"));
    expect(await view(fixture, number)).toMatchObject({
      state: outcome,
      reviewers: [],
      decision: { outcome, at: fixture.clock.now, by: bob, comment: "because" },
    });
  },
);

test("a cancelled one: who, when and why, or what took its place", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.approved();
  accepted(await fixture.cancel("ada", number, "wrong build"));
  expect(await view(fixture, number)).toMatchObject({
    state: "cancelled",
    expiresAt: null,
    cancelled: {
      at: fixture.clock.now,
      by: { person: person("ada") },
      reason: "wrong build",
      replacedBy: null,
    },
  });
  const old = await fixture.requested();
  await fixture.deploy("development", "4");
  const newer = accepted(await fixture.request("dora", { buildId: fixture.build("4"), replaces: old }));
  expect((await view(fixture, old)).cancelled).toMatchObject({ replacedBy: newer.number, reason: null });
});

test("R11: expired at the instant, whether or not that was written down", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  fixture.later({ days: 7, ms: -1 });
  expect((await view(fixture, number)).state).toBe("pending");
  fixture.later({ ms: 1 });
  expect(await view(fixture, number)).toMatchObject({
    state: "expired",
    expiredAt: new Date("2026-03-09T09:00:00.000Z"),
    expiresAt: null,
    reviewers: [],
  });
  expect((await fixture.state(number)).state).toBe("pending");
});

test("promoting, failed, unknown and promoted: the last attempt", async () => {
  const fixture = await buildCatalog(database);
  const { number, deploymentId } = await fixture.promoting();
  const startedBy = { person: person("dana") };
  expect(await view(fixture, number)).toMatchObject({
    state: "promoting",
    attempt: { startedBy, link: null, reason: null, unknown: false },
  });
  accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }, "https://ci.example/7"));
  expect(await view(fixture, number)).toMatchObject({
    state: "failed",
    expiresAt: new Date("2026-03-05T09:00:00.000Z"),
    attempt: { startedBy, link: "https://ci.example/7", reason: "boom", unknown: false },
  });
  const second = accepted(await fixture.promote("dora", number)).deploymentId;
  accepted(await fixture.report(second, { status: "unknown", reason: "no answer" }));
  expect(await view(fixture, number)).toMatchObject({
    state: "failed",
    attempt: { startedBy: { person: person("dora") }, reason: "no answer", unknown: true },
  });
  fixture.later({ hours: 1 });
  accepted(await fixture.report(second, { status: "succeeded" }));
  expect(await view(fixture, number)).toMatchObject({
    state: "promoted",
    promotedAt: fixture.clock.now,
    liveInTarget: { version: "1.3.0" },
  });
});

test("R1: the system approved: its reason stands for a person", async () => {
  const fixture = await buildCatalog(database, { enabled: false });
  const { number } = accepted(await fixture.request("dana"));
  expect((await view(fixture, number)).decision).toMatchObject({
    outcome: "approved",
    by: { person: null, reason: "workflow off" },
    comment: "",
  });
});

test("R5: a request through a token names it", async () => {
  const fixture = await buildCatalog(database);
  const [memberId, makerId] = [idOf("dana"), idOf("dora")];
  const actor: Actor = { kind: "token", tokenId: "t1", name: "release bot", memberId, makerId };
  const number = await fixture.requested({ actor });
  expect(await view(fixture, number)).toMatchObject({ requester: person("dana"), through: "release bot" });
});

test("no request of another organization, nor of no number", async () => {
  const [fixture, elsewhere] = [await buildCatalog(database), await buildCatalog(database)];
  const number = await fixture.requested();
  const find = (organizationId: string, of: number) =>
    getRequest(fixture.context.db, organizationId, of, fixture.clock.now);
  expect(await find(elsewhere.organizationId, number)).toBeUndefined();
  expect(await find(fixture.organizationId, 404)).toBeUndefined();
});

test("R4, R5, R10, R14: what each person may do with a pending request", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  expect(await rights(fixture, number, "dana")).toEqual({
    viewerId: idOf("dana"),
    isRequester: true,
    admin: false,
    review: { eligible: false, why: "role" },
    reviewed: null,
    cancel: true,
    cancelNeedsReason: false,
    endAttempt: false,
    promote: { eligible: true },
    timeZone: "Europe/Berlin",
  });
  expect(await rights(fixture, number, "bob")).toMatchObject({
    isRequester: false,
    review: { eligible: true },
    cancel: false,
    cancelNeedsReason: true,
  });
  expect(await rights(fixture, number, "ada")).toMatchObject({
    admin: true,
    review: { eligible: false, why: "role" },
    cancel: true,
    cancelNeedsReason: true,
  });
  expect(await rights(fixture, number, "zoe")).toMatchObject({
    review: { eligible: false, why: "stranger" },
    cancel: false,
    promote: { eligible: false, why: "stranger" },
    timeZone: "UTC",
  });
});

test("R7, R10: an approved request: who reviewed sees it, reviewers may cancel, the requester still may", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.approved();
  expect(await rights(fixture, number, "bob")).toMatchObject({
    reviewed: { verdict: "approve" },
    cancel: true,
  });
  expect(await rights(fixture, number, "carol")).toMatchObject({ reviewed: null, cancel: true });
  expect(await rights(fixture, number, "dora")).toMatchObject({ cancel: false, promote: { eligible: true } });
  accepted(await fixture.promote("dana", number));
  for (const name of ["dana", "bob", "ada"]) {
    expect(await rights(fixture, number, name)).toMatchObject({ cancel: false });
  }
});

test("R5: a reviewer who asked may not review, unless that is allowed", async () => {
  const fixture = await buildCatalog(database);
  const number = accepted(await fixture.request("bob")).number;
  expect((await rights(fixture, number, "bob")).review).toEqual({ eligible: false, why: "self" });
  await fixture.saveWorkflow({ options: { selfReview: true } });
  expect((await rights(fixture, number, "bob")).review).toEqual({ eligible: true });
});

test.each<MemberStatus>(["deactivated", "guest", "bot", "stranger"])(
  "R4, R14: nothing for a %s",
  async (why) => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    await fixture.people(["bob"], why);
    expect(await rights(fixture, number, "bob")).toMatchObject({
      review: { eligible: false, why },
      promote: { eligible: false, why },
      cancel: false,
    });
  },
);

test("the rights are what the use cases do, for everybody and in every state", async () => {
  const fixture = await buildCatalog(database, {
    roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
    projects: [{ ...commerce, requesters: ["Developer"] }],
  });
  for (const make of [fixture.requested, fixture.approved]) {
    for (const name of ["dana", "dora", "bob", "ada", "zoe"]) {
      const number = await make();
      const may = await rights(fixture, number, name);
      const cancelled = await fixture.cancel(name, number, "reason");
      expect(cancelled.ok, `${name} cancels`).toBe(may.cancel);
      if (cancelled.ok) continue;
      const reviewed = await fixture.review(name, number, "approve");
      if (!may.review.eligible && make === fixture.requested) {
        expect(refusal(reviewed)).toMatchObject({ why: may.review.why });
      }
      const promoted = await fixture.promote(name, number);
      if (!may.promote.eligible) expect(promoted.ok, `${name} promotes`).toBe(false);
      accepted(await fixture.cancel("ada", number, "next"));
    }
  }
});

test("R4, R7: a decided request says how many approvals it needed when it was decided, whatever is needed now", async () => {
  const fixture = await buildCatalog(database, { options: { requiredApprovals: 1 } });
  const decided = await fixture.requested();
  accepted(await fixture.review("bob", decided, "approve"));
  await fixture.saveWorkflow({ options: { requiredApprovals: 2 } });
  expect((await view(fixture, decided)).approvals).toEqual({ given: 1, required: 1 });
  accepted(await fixture.cancel("dana", decided));
  expect((await view(fixture, decided)).approvals).toEqual({ given: 1, required: 1 });
  const waiting = await fixture.requested();
  expect((await view(fixture, waiting)).approvals).toEqual({ given: 0, required: 2 });
});

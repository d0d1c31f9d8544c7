import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as schema from "../../db/schema/index.ts";
import type { Commit } from "../../src/domain/requests/comparison.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import { getPromotionChoice } from "../../src/queries/requests/get-promotion-choice.ts";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import type { SeedBuild } from "../../src/usecases/seed/seed-content.ts";
import { accepted, buildCatalog, by, type Catalog, commerce, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const commit = (hash: string) => ({ hash, message: `Change ${hash}`, author: "Dana" });
const stored = (hash: string): Commit => ({ ...commit(hash), link: null });
const build = (id: string, hashes?: string[]): SeedBuild => ({
  ...{ id, version: `1.${id}.0`, commit: `c0ffee${id}` },
  ...(hashes && { commits: hashes.map(commit) }),
});

/** Returns the comparison for these builds, oldest first, and this live build. */
const withBuilds = (builds: SeedBuild[], live: Record<string, string>) => [
  {
    ...commerce,
    integrations: commerce.integrations.map((one) => ({
      ...one,
      ...{ builds, live, compareUrl: "https://git.example/{from}...{to}" },
    })),
  },
];

/** Four builds with their commits. Build 4 is in Development, build 1 in Staging. */
const listed = () =>
  withBuilds([build("1", ["a"]), build("2", ["c", "b"]), build("3", ["d", "c"]), build("4", ["e"])], {
    development: "4",
    staging: "1",
  });

const comparisonOf = async (fixture: Catalog, number: number) =>
  (await getRequest(fixture.context.db, fixture.organizationId, number, fixture.clock.now))?.comparison;

const setDeployment = (
  fixture: Catalog,
  id: string,
  change: Partial<typeof schema.deployments.$inferInsert>,
) =>
  fixture.context.db
    .update(schema.deployments)
    .set(change)
    .where(and(eq(schema.deployments.organizationId, fixture.organizationId), eq(schema.deployments.id, id)));

test("the commits of the builds after the live one, newest first and each once, and where to compare them", async () => {
  const fixture = await buildCatalog(database, { projects: listed() });
  const number = await fixture.requested({ buildId: fixture.build("4") });
  expect(await comparisonOf(fixture, number)).toEqual({
    direction: "forward",
    from: {
      ...{ id: fixture.build("1"), version: "1.1.0", commit: "c0ffee1" },
      deployed: { by: { person: null, reason: "seed file" }, requestNumber: null },
    },
    commits: { shown: ["e", "d", "c", "b"].map(stored), count: 4, atLeast: false },
    link: "https://git.example/c0ffee1...c0ffee4",
    remarks: [{ kind: "skipped", count: 2, atLeast: false }],
  });
});

test("a build between that was live there before was not skipped", async () => {
  const fixture = await buildCatalog(database, { projects: listed() });
  await fixture.deploy("staging", "2");
  await fixture.deploy("staging", "3", "in progress");
  await fixture.deploy("staging", "1");
  const number = await fixture.requested({ buildId: fixture.build("4") });
  expect((await comparisonOf(fixture, number))?.remarks).toEqual([
    { kind: "outside" },
    { kind: "skipped", count: 1, atLeast: false },
  ]);
});

test("the first ten commits are read, the others counted; a build without a list makes it at least so many", async () => {
  const hashes = Array.from({ length: 14 }, (_, i) => `h${String(i).padStart(2, "0")}`);
  const fixture = await buildCatalog(database, {
    projects: withBuilds([build("1"), build("2"), build("3", hashes)], { development: "3", staging: "1" }),
  });
  const compared = await comparisonOf(fixture, await fixture.requested());
  expect(compared?.commits).toEqual({ shown: hashes.slice(0, 10).map(stored), count: 14, atLeast: true });
});

test("a first deployment has nothing before it", async () => {
  const fixture = await buildCatalog(database, {
    projects: withBuilds([build("1", ["a"]), build("3", ["b"])], { development: "3" }),
  });
  expect(await comparisonOf(fixture, await fixture.requested())).toMatchObject({
    direction: "first",
    from: null,
    commits: { shown: [], count: 0 },
    link: null,
    remarks: [{ kind: "first" }],
  });
});

test("an older build than the live one is a rollback: the commits that it takes back", async () => {
  const fixture = await buildCatalog(database, {
    projects: withBuilds([build("1", ["a"]), build("2", ["b"]), build("3", ["c"])], {
      development: "1",
      staging: "3",
    }),
  });
  expect(await comparisonOf(fixture, await fixture.requested({ buildId: fixture.build("1") }))).toMatchObject(
    {
      direction: "back",
      commits: { shown: ["c", "b"].map(stored), count: 2 },
      link: "https://git.example/c0ffee1...c0ffee3",
      remarks: [{ kind: "rollback" }],
    },
  );
});

test("a build that is not the newest: the newest one is named, wherever it is", async () => {
  const fixture = await buildCatalog(database);
  expect((await comparisonOf(fixture, await fixture.requested()))?.remarks).toEqual([
    { kind: "newer", buildId: fixture.build("4"), version: "1.4.0" },
  ]);
});

test.each<[string, Actor, unknown]>([
  ["a member", by("carol"), { person: { id: idOf("carol"), name: "carol" } }],
  [
    "a token",
    {
      kind: "token",
      ...{ tokenId: randomUUID(), name: "CI", memberId: idOf("carol"), makerId: idOf("ada") },
    },
    { person: { id: idOf("carol"), name: "carol" }, through: "CI" },
  ],
  ["somebody whom nobody knows", by("nobody"), { person: { id: idOf("nobody"), name: idOf("nobody") } }],
])("who deployed what is live: %s", async (_, startedBy, shown) => {
  const fixture = await buildCatalog(database);
  await setDeployment(fixture, await fixture.deploy("staging", "1"), { startedBy });
  const compared = await comparisonOf(fixture, await fixture.requested());
  expect(compared?.from?.deployed).toEqual({ by: shown, requestNumber: null });
});

test("what is live came past the gate, or for a request", async () => {
  const fixture = await buildCatalog(database);
  await setDeployment(fixture, await fixture.deploy("staging", "1"), { outside: true, requestNumber: 7 });
  const compared = await comparisonOf(fixture, await fixture.requested());
  expect(compared?.remarks).toContainEqual({ kind: "outside" });
  expect(compared?.from?.deployed?.requestNumber).toBe(7);
});

test("twins: other builds of the integration with the same version or commit, whatever their id and digest", async () => {
  const twin = { ...build("4"), id: "4-again", digest: "sha256:2" };
  const alike = { id: "5", version: "v1.4.0", commit: "DEADBEE" };
  const sameCommit = { id: "6", version: "9.0.0", commit: "C0FFEE4" };
  const builds = [build("1"), build("3"), twin, alike, sameCommit, { ...build("4"), digest: "sha256:1" }];
  const fixture = await buildCatalog(database, {
    projects: withBuilds(builds, { development: "4", staging: "1" }),
  });
  const number = await fixture.requested({ buildId: fixture.build("4") });
  expect((await comparisonOf(fixture, number))?.remarks).toContainEqual({
    ...{ kind: "twins", builds: ["6", "5", "4-again"], count: 3 },
  });
});

test("R1: a build that came to an earlier environment outside approval says so further on, until it is approved there", async () => {
  const fixture = await buildCatalog(database, { projects: listed() });
  const bypassed = await fixture.deploy("staging", "4");
  const toProduction = () =>
    fixture.requested({ buildId: fixture.build("4"), targetId: fixture.environment("production") });
  const first = await toProduction();
  const mark = { kind: "deployed-outside", environments: ["Staging"] };
  expect((await comparisonOf(fixture, first))?.remarks).toContainEqual(mark);
  accepted(await fixture.cancel("dana", first));

  await fixture.deploy("staging", "2");
  const { deploymentId } = await fixture.promoting({ buildId: fixture.build("4") });
  await fixture.report(deploymentId, { status: "succeeded" });
  expect((await comparisonOf(fixture, await toProduction()))?.remarks).not.toContainEqual(mark);
  expect(
    (await fixture.context.db.select().from(schema.deployments).where(eq(schema.deployments.id, bypassed)))[0]
      ?.outside,
  ).toBe(true);
});

test("commits that two builds list, one of them abbreviated, are counted once", async () => {
  const fixture = await buildCatalog(database, {
    projects: withBuilds(
      [
        build("1"),
        build("3"),
        build("2", ["abcdef1234567890", "aaaaaaa1", "1234567a", "1234567b"]),
        build("4", ["ABCDEF1", "1234567"]),
      ],
      { development: "4", staging: "1" },
    ),
  });
  const compared = await comparisonOf(fixture, await fixture.requested({ buildId: fixture.build("4") }));
  expect(compared?.commits.count).toBe(5);
});

test("a closed request stays compared with what was live when it was made; a promoted one with what it replaced", async () => {
  const fixture = await buildCatalog(database, { projects: listed() });
  const cancelled = await fixture.requested({ buildId: fixture.build("4") });
  accepted(await fixture.cancel("dana", cancelled));
  await fixture.deploy("staging", "2");
  expect((await comparisonOf(fixture, cancelled))?.from?.version).toBe("1.1.0");

  const { number, deploymentId } = await fixture.promoting({ buildId: fixture.build("4") });
  expect((await comparisonOf(fixture, number))?.from?.version).toBe("1.2.0");
  await fixture.report(deploymentId, { status: "succeeded" });
  expect(await comparisonOf(fixture, number)).toMatchObject({
    from: { version: "1.2.0", deployed: null },
    commits: { shown: ["e", "d", "c"].map(stored) },
  });
});

test("the same build went live there meanwhile: there is nothing to compare", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  await fixture.deploy("staging", "3");
  expect(await comparisonOf(fixture, number)).toBeNull();
});

test("the requester sees the comparison before submitting", async () => {
  const fixture = await buildCatalog(database, { projects: listed() });
  const { db, now } = fixture.context;
  const choice = (target: string) =>
    getPromotionChoice(
      ...([db, fixture.organizationId, idOf("dana"), fixture.integration()] as const),
      fixture.environment(target),
      now(),
    );
  expect((await choice("staging"))?.comparison).toMatchObject({
    direction: "forward",
    commits: { count: 4 },
  });
  expect((await choice("production"))?.comparison).toMatchObject({ direction: "first" });
});

test("builds of another integration or organization are not between", async () => {
  const other = { ...listed()[0], slug: "other", name: "Other" } as typeof commerce;
  await buildCatalog(database, { projects: listed() });
  const fixture = await buildCatalog(database, { projects: [...listed(), other] });
  const compared = await comparisonOf(fixture, await fixture.requested({ buildId: fixture.build("4") }));
  expect(compared).toMatchObject({ commits: { count: 4 }, remarks: [{ kind: "skipped", count: 2 }] });
});

test("many builds between: a bounded number is read, and counts say at least", async () => {
  const fixture = await buildCatalog(database, {
    projects: withBuilds([build("1"), build("3")], { development: "3", staging: "1" }),
  });
  const { db } = fixture.context;
  const at = (hours: number) => new Date(fixture.clock.now.getTime() + hours * 3_600_000);
  const rows = Array.from({ length: 150 }, (_, i) => ({
    ...{ organizationId: fixture.organizationId, id: randomUUID(), integrationId: fixture.integration() },
    ...{ externalId: `x${i}`, version: `2.${i}`, commits: [stored(`x${i}`)], createdAt: at(i + 1) },
  }));
  await db.insert(schema.builds).values(rows);
  const newest = rows.at(-1)?.id as string;
  await db
    .update(schema.liveBuilds)
    .set({ buildId: newest })
    .where(
      and(
        eq(schema.liveBuilds.organizationId, fixture.organizationId),
        eq(schema.liveBuilds.environmentId, fixture.environment("development")),
      ),
    );
  expect(await comparisonOf(fixture, await fixture.requested({ buildId: newest }))).toMatchObject({
    commits: { count: 101, atLeast: true },
    remarks: [{ kind: "skipped", count: 100, atLeast: true }],
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { accepted, buildCatalog, commerce, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const [orders] = commerce.integrations;
const withLive = (live: Record<string, string>) => ({
  projects: [{ ...commerce, integrations: [{ ...(orders as NonNullable<typeof orders>), live }] }],
});

test("loading the same file again does not take back what was promoted since", async () => {
  const house = await buildCatalog(database);
  const { deploymentId } = await house.promoting();
  accepted(await house.report(deploymentId, { status: "succeeded" }));
  const before = await house.everything();
  await house.seed({ projects: [commerce] });
  expect(await house.live(house.environment("staging"))).toBe("1.3.0");
  expect(await house.everything()).toEqual(before);
});

test("a build that the file newly names is live, and the next promotion starts from it", async () => {
  const house = await buildCatalog(database);
  await house.seed(withLive({ development: "4" }));
  expect(await house.live(house.environment("development"))).toBe("1.4.0");
  expect(await house.live(house.environment("staging"))).toBe("1.2.0");
  await house.requested({ buildId: house.build("4") });
});

test("builds are as old as the file lists them; where commits are compared is kept until the file says another", async () => {
  const compareUrl = "https://git.example/{from}...{to}";
  const one = { ...(orders as NonNullable<typeof orders>), compareUrl };
  const commit = { hash: "c0ffee3", message: "Fix" };
  const builds = one.builds.map((build) => (build.id === "3" ? { ...build, commits: [commit] } : build));
  const house = await buildCatalog(database, {
    projects: [{ ...commerce, integrations: [{ ...one, builds }] }],
  });
  await house.seed({ projects: [commerce] });
  const { builds: stored, integrations } = await house.everything();
  const known = (stored ?? []) as { version: string; created_at: string; commits: unknown }[];
  const byTime = [...known].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  expect(byTime.map(({ version }) => version)).toEqual(["1.1.0", "1.2.0", "1.3.0", "1.4.0"]);
  expect(byTime[2]?.commits).toEqual([{ ...commit, author: null, link: null }]);
  expect(integrations).toEqual([expect.objectContaining({ compare_url: compareUrl })]);
});

test("somebody who is named twice in a role holds it once", async () => {
  const house = await buildCatalog(database);
  await house.hold("Reviewer", ["bob", "bob"]);
  expect((await house.everything()).roleHoldings).toHaveLength(2);
  const twice = { memberId: idOf("bob"), projects: ["commerce", "commerce"] };
  await house.seed({
    roles: [{ name: "Reviewer", members: [twice] }],
    projects: [{ ...commerce, requesters: ["Reviewer", "Reviewer"] }],
  });
  expect((await house.everything()).requesterRoles).toHaveLength(1);
});

test("what the file does not name is left alone", async () => {
  const house = await buildCatalog(database);
  const before = await house.everything();
  await house.seed({});
  expect(await house.everything()).toEqual(before);
});

test("a file that cannot be loaded changes nothing", async () => {
  const house = await buildCatalog(database);
  const before = await house.everything();
  const stranger = { name: "Auditor", members: [{ memberId: "UNOBODY", projects: null }] };
  await expect(house.seed({ roles: [{ name: "Reviewer", members: [] }, stranger] })).rejects.toThrow();
  expect(await house.everything()).toEqual(before);
});

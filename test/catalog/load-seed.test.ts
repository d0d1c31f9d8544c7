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
  const fixture = await buildCatalog(database);
  const { deploymentId } = await fixture.promoting();
  accepted(await fixture.report(deploymentId, { status: "succeeded" }));
  const before = await fixture.allRows();
  await fixture.seed({ projects: [commerce] });
  expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
  expect(await fixture.allRows()).toEqual(before);
});

test("a build that the file newly names is live, and the next promotion starts from it", async () => {
  const fixture = await buildCatalog(database);
  await fixture.seed(withLive({ development: "4" }));
  expect(await fixture.live(fixture.environment("development"))).toBe("1.4.0");
  expect(await fixture.live(fixture.environment("staging"))).toBe("1.2.0");
  await fixture.requested({ buildId: fixture.build("4") });
});

test("builds are as old as the file lists them; where commits are compared is kept until the file says another", async () => {
  const compareUrl = "https://git.example/{from}...{to}";
  const one = { ...(orders as NonNullable<typeof orders>), compareUrl };
  const commit = { hash: "c0ffee3", message: "Fix" };
  const builds = one.builds.map((build) => (build.id === "3" ? { ...build, commits: [commit] } : build));
  const fixture = await buildCatalog(database, {
    projects: [{ ...commerce, integrations: [{ ...one, builds }] }],
  });
  await fixture.seed({ projects: [commerce] });
  const { builds: stored, integrations } = await fixture.allRows();
  const rows = (stored ?? []) as { version: string; created_at: string; commits: unknown }[];
  const byTime = [...rows].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  expect(byTime.map(({ version }) => version)).toEqual(["1.1.0", "1.2.0", "1.3.0", "1.4.0"]);
  expect(byTime[2]?.commits).toEqual([{ ...commit, author: null, link: null }]);
  expect(integrations).toEqual([expect.objectContaining({ compare_url: compareUrl })]);
});

test("a person who is listed twice in a role holds it once", async () => {
  const fixture = await buildCatalog(database);
  await fixture.hold("Reviewer", ["bob", "bob"]);
  expect((await fixture.allRows()).roleHoldings).toHaveLength(2);
  const twice = { memberId: idOf("bob"), projects: ["commerce", "commerce"] };
  await fixture.seed({
    roles: [{ name: "Reviewer", members: [twice] }],
    projects: [{ ...commerce, requesters: ["Reviewer", "Reviewer"] }],
  });
  expect((await fixture.allRows()).requesterRoles).toHaveLength(1);
});

test("what the file does not name is left alone", async () => {
  const fixture = await buildCatalog(database);
  const before = await fixture.allRows();
  await fixture.seed({});
  expect(await fixture.allRows()).toEqual(before);
});

test("a file that cannot be loaded changes nothing", async () => {
  const fixture = await buildCatalog(database);
  const before = await fixture.allRows();
  const stranger = { name: "Auditor", members: [{ memberId: "UNOBODY", projects: null }] };
  await expect(fixture.seed({ roles: [{ name: "Reviewer", members: [] }, stranger] })).rejects.toThrow();
  expect(await fixture.allRows()).toEqual(before);
});

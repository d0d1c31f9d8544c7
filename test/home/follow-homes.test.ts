import { afterAll, beforeAll, expect, test } from "vitest";
import { expandHomes, homesChanged } from "../../src/usecases/delivery/follow-homes.ts";
import { openHome, saveDrawnHome } from "../../src/usecases/delivery/save-home.ts";
import { buildCatalog, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

const minute = 60_000;

test("any number of changes is one item, due slightly later, so that they are shown together", async () => {
  const fixture = await buildCatalog(database);
  for (let i = 0; i < 20; i += 1) await homesChanged(fixture.context, fixture.organizationId);
  const [item, ...others] = await fixture.outbox("draw-homes");
  expect(others).toEqual([]);
  expect(item).toMatchObject({ key: "homes", revision: 19, settledAt: null });
  const waits = (item?.availableAt.getTime() ?? 0) - (item?.createdAt.getTime() ?? 0);
  expect(waits).toBeGreaterThan(400);
  expect(waits).toBeLessThan(600);
});

test("it becomes an item for each Home opened within fifteen minutes, due five seconds after it was drawn", async () => {
  const fixture = await buildCatalog(database);
  const { context, organizationId, clock } = fixture;
  const at = (ago: number) => new Date(clock.now.getTime() - ago);
  const opened = async (name: string, ago: number, drawnAgo: number | null) => {
    const then = { ...context, now: () => at(ago) };
    await openHome(then, organizationId, idOf(name), { place: { tab: "overview" } });
    if (drawnAgo === null) return;
    await saveDrawnHome(context, organizationId, idOf(name), { drawnAt: at(drawnAgo), hash: "1.a" });
  };
  await opened("dana", 14 * minute, minute);
  await opened("bob", 10, 2_000);
  await opened("carol", 10, null);
  await opened("ada", 16 * minute, 16 * minute);
  await opened("a-stranger-we-never-met", 10, 10);
  await expandHomes(context, organizationId);
  const items = await fixture.outbox("draw-home");
  const waits = items.map((item) => [
    item.key,
    // Avoids -0, because the item may be due slightly before it was written.
    Math.round((item.availableAt.getTime() - item.createdAt.getTime()) / 100) * 100 + 0,
  ]);
  expect(Object.fromEntries(waits)).toEqual({
    "home:UDANA": 0,
    "home:UBOB": 3_000,
    "home:UCAROL": 0,
  });
});

import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { act } from "./act.ts";
import { untold, wronglyLive } from "./check.ts";
import { Restricted, wronglyLowered } from "./guards.ts";
import { Model } from "./model.ts";
import { readSeeds, runsPerSeed } from "./seeds.ts";
import type { Step } from "./steps.ts";
import { walk } from "./walk.ts";
import { buildWorld, type World } from "./world.ts";

let database: TestDatabase;
let world: World;
beforeAll(async () => {
  database = await testDatabase();
  world = await buildWorld(database);
});
afterAll(() => database?.drop());

/** Carries out the steps, beginning with the same world each time, and returns what broke a rule first. */
async function faultsOf(steps: readonly Step[]): Promise<string[]> {
  await world.startAgain();
  const model = new Model();
  const restricted = new Restricted();
  let before = await world.facts();
  restricted.follow({
    step: { do: "drain" },
    got: { ok: true, code: null },
    before,
    after: before,
    now: world.clock.now,
  });
  for (const [i, step] of steps.entries()) {
    world.later({ ms: 1000 });
    const now = world.clock.now;
    const got = await act(world, step, before);
    const after = await world.facts();
    const happened = { step, got, before, after, now };
    const faults = [
      ...wronglyLive(world, model, happened),
      ...model.follow(happened),
      ...model.compare(happened),
      ...wronglyLowered(happened),
      ...restricted.follow(happened),
    ];
    if (faults.length > 0) return [...steps.slice(0, i + 1).map((one) => JSON.stringify(one)), ...faults];
    before = after;
  }
  return untold(world);
}

test.each(readSeeds())(
  "R1: in any order of acts by anybody, nothing goes live behind the gate without an approval unless it is marked (seed %i)",
  async (seed) => {
    await fc.assert(
      fc.asyncProperty(walk, async (steps) => {
        const faults = await faultsOf(steps);
        if (faults.length > 0) throw new Error(faults.join("\n"));
      }),
      { seed, numRuns: runsPerSeed },
    );
  },
  600_000,
);

import { expect, test } from "vitest";
import { type Budget, createBudget } from "./budget.ts";

let time = 0;
const budget = (random = 0): Budget => {
  time = 1_000_000;
  return createBudget({ clock: () => time, random: () => random });
};
const told = (limit: number, remaining: number, reset: number) => ({
  "ratelimit-limit": String(limit),
  "ratelimit-remaining": String(remaining),
  "ratelimit-reset": String(reset),
});
const places = (from: Budget, count: number) => Array.from({ length: count }, () => from.take());

test("until the first answer nothing is known, and nothing is held back", () => {
  expect(places(budget(), 5)).toEqual([0, 0, 0, 0, 0]);
});

test("what remains in the window goes out, the rest gets places one behind the other", () => {
  const known = budget();
  known.readHeaders(told(2, 1, 1));
  expect(places(known, 4)).toEqual([0, 1_000, 1_500, 2_000]);
  time += 1_000;
  expect(places(known, 2)).toEqual([0, 0]);
});

test("what was sent while an answer was under way counts too", () => {
  const known = budget();
  known.readHeaders(told(5, 2, 1));
  expect(places(known, 2)).toEqual([0, 0]);
  known.readHeaders(told(5, 1, 1));
  expect(known.take()).toBeGreaterThan(0);
});

test("a new window has the whole limit again", () => {
  const known = budget();
  known.readHeaders(told(2, 0, 1));
  time += 1_000;
  expect(places(known, 3)).toEqual([0, 0, 1_000]);
});

test("a pause holds for all, whatever remains, and is never cut short", () => {
  const paused = budget();
  paused.pause(900_000);
  paused.readHeaders(told(10, 9, 1));
  paused.pause(1_000);
  expect(paused.take()).toBe(900_000);
});

test("what waits together does not come back together, nor much later", () => {
  const jittery = budget(1);
  jittery.pause(2_000);
  expect(jittery.take()).toBe(2_250);
  const crowded = budget();
  crowded.readHeaders(told(1, 0, 1));
  expect(Math.max(...places(crowded, 500))).toBe(61_000);
});

test("headers that say nothing, or nonsense, change nothing", () => {
  const unmoved = budget();
  unmoved.readHeaders(null);
  unmoved.readHeaders({ "ratelimit-remaining": "none", "ratelimit-reset": "-1" });
  unmoved.readHeaders({ "ratelimit-remaining": "", "ratelimit-reset": "" });
  expect(places(unmoved, 3)).toEqual([0, 0, 0]);
  unmoved.readHeaders(told(2, 0, 1e12));
  expect(unmoved.take()).toBeLessThanOrEqual(24 * 3_600_000);
});

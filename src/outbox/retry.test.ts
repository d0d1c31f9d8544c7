import { expect, test } from "vitest";
import { maxAttempts, retryAfterMs } from "./retry.ts";

test.each([
  [1, 0, 0],
  [1, 0.5, 500],
  [1, 1, 1_000],
  [2, 1, 2_000],
  [5, 0.25, 4_000],
  [9, 1, 256_000],
  [10, 1, 300_000],
  [maxAttempts, 1, 300_000],
  [2_000, 1, 300_000],
])("after attempt %i with chance %f the next one comes in %i ms", (attempts, random, ms) => {
  expect(retryAfterMs(attempts, random)).toBe(ms);
});

test("an item is tried for ten hours on average, so that it survives an outage of a working day", () => {
  let total = 0;
  for (let attempt = 1; attempt < maxAttempts; attempt++) total += retryAfterMs(attempt, 0.5);
  expect(Math.round(total / 3_600_000)).toBe(10);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Stats } from "../../db/delivery/stats.ts";
import { cachedStats } from "./cached-stats.ts";

const stats: Stats = { queue: [], dead: [], warnings: [], jobs: [], requests: [] };
const log = { warn: vi.fn() };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

test("those who scrape within a second of each other cost one read", async () => {
  const ask = vi.fn(async () => stats);
  const read = cachedStats(ask, log);
  expect(await Promise.all([read(), read()])).toEqual([stats, stats]);
  await read();
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  await read();
  expect(ask).toHaveBeenCalledTimes(2);
});

test("while a read hangs everybody is answered in 1.2 s without stats, and no second read is begun", async () => {
  const ask = vi.fn(() => new Promise<Stats>(() => {}));
  const read = cachedStats(ask, log);
  for (let n = 0; n < 3; n++) {
    const answer = read();
    await vi.advanceTimersByTimeAsync(1_200);
    expect(await answer).toBeUndefined();
  }
  expect(ask).toHaveBeenCalledTimes(1);
});

test("a database that is away is logged once, and asked again the next time", async () => {
  const ask = vi.fn(() => Promise.reject<Stats>(new Error("away")));
  const read = cachedStats(ask, log);
  expect([await read(), await read()]).toEqual([undefined, undefined]);
  expect(ask).toHaveBeenCalledTimes(2);
  expect(log.warn).toHaveBeenCalledTimes(1);
  ask.mockResolvedValueOnce(stats);
  expect(await read()).toBe(stats);
});

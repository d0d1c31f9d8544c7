import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { timedOut, withTimeout } from "./timeout.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("work that is done in time gives its result, and leaves no timer", async () => {
  expect(await withTimeout(Promise.resolve("done"), 1_000)).toBe("done");
  await expect(withTimeout(Promise.reject(new Error("broken")), 1_000)).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

test("work that takes longer gives `timedOut` at the limit, and may fail later without harm", async () => {
  let fail = (_: Error) => {};
  const work = new Promise<string>((_, reject) => {
    fail = reject;
  });
  let result: unknown;
  const waiting = withTimeout(work, 1_000).then((value) => {
    result = value;
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(result).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  await waiting;
  expect(result).toBe(timedOut);
  fail(new Error("too late to matter"));
});

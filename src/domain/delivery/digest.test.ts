import { describe, expect, test } from "vitest";
import { digestWaitMs, isInDigest, remainingSpacingMs } from "./digest.ts";

const now = new Date("2026-03-02T09:00:00.000Z");
const ago = (ms: number) => new Date(now.getTime() - ms);

describe("a digest of changed settings waits", () => {
  test.each([
    ["a minute for more changes", ago(3_600_000), 60_000],
    ["until five minutes after the last one", ago(60_000), 240_000],
    ["a minute where the five minutes are almost over", ago(290_000), 60_000],
  ])("%s", (_, sentAt, expected) => {
    expect(digestWaitMs(sentAt, now)).toBe(expected);
  });

  test("not any longer once five minutes are over", () => {
    expect([remainingSpacingMs(ago(300_000), now), remainingSpacingMs(ago(299_999), now)]).toEqual([0, 1]);
  });
});

test.each([
  ["api", true],
  ["seed", true],
  ["command-line", true],
  ["slack", false],
  ["job", false],
] as const)("changes through %s are in it: %s", (surface, expected) => {
  expect(isInDigest(surface)).toBe(expected);
});

import { expect, test } from "vitest";
import { redrawAfterMs } from "./homes.ts";

const now = new Date("2026-03-02T09:00:00.000Z");
const ago = (ms: number) => new Date(now.getTime() - ms);

test.each([
  ["opened just now, never drawn", 0, null, 0],
  ["drawn six seconds ago", 60_000, 6_000, 0],
  ["drawn two seconds ago", 60_000, 2_000, 3_000],
  ["drawn this moment", 60_000, 0, 5_000],
  ["drawn in the future: a clock was set back", 60_000, -60_000, 5_000],
  ["opened fifteen minutes ago", 15 * 60_000, 60_000, 0],
  ["opened longer ago", 15 * 60_000 + 1, 60_000, null],
] as const)("a Home %s", (_, openedAgo, drawnAgo, expected) => {
  const home = { openedAt: ago(openedAgo), drawnAt: drawnAgo === null ? null : ago(drawnAgo) };
  expect(redrawAfterMs(home, now)).toBe(expected);
});

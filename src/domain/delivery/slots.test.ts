import { expect, test } from "vitest";
import { slotOf } from "./slots.ts";

test("every moment of a minute lies in one slot, and the next minute in the next", () => {
  const start = new Date("2026-03-02T09:41:00.000Z");
  expect(slotOf(start)).toEqual(start);
  expect(slotOf(new Date("2026-03-02T09:41:59.999Z"))).toEqual(start);
  expect(slotOf(new Date("2026-03-02T09:42:00.000Z"))).toEqual(new Date("2026-03-02T09:42:00.000Z"));
});

import { expect, test } from "vitest";
import { createSpacing } from "./spacing.ts";

const card = { organizationId: "T1", kind: "draw-card", priority: 1 };

test("items that nobody waits for return one per second, however many there are", () => {
  const spacing = createSpacing(() => 0);
  expect([1, 2, 3].map(() => spacing(card, 30_000))).toEqual([0, 1_000, 2_000]);
  expect(spacing(card, 31_000)).toBe(2_000);
});

test("an item that somebody waits for is not delayed, and delays no other", () => {
  const spacing = createSpacing(() => 0);
  const urgent = { ...card, priority: 0 };
  expect([card, urgent, urgent, card].map((item) => spacing(item, 5_000))).toEqual([0, 0, 0, 1_000]);
});

test("each kind and each organization is spaced by itself", () => {
  const spacing = createSpacing(() => 0);
  const others = [card, { ...card, kind: "send-message" }, { ...card, organizationId: "T2" }];
  expect(others.map((item) => spacing(item, 0))).toEqual([0, 0, 0]);
});

test("a gap that has passed is not kept", () => {
  let now = 0;
  const spacing = createSpacing(() => now);
  for (const at of [0, 1_000]) expect(spacing(card, 0)).toBe(at);
  now = 2_000;
  expect(spacing(card, 0)).toBe(0);
});

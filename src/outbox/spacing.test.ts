import { expect, test } from "vitest";
import { createSpacing } from "./spacing.ts";

const card = { organizationId: "T1", kind: "draw-card", priority: 1 };

test("what nobody waits for comes back one a second, however long the line grows", () => {
  const spacing = createSpacing(() => 0);
  expect([1, 2, 3].map(() => spacing(card, 30_000))).toEqual([0, 1_000, 2_000]);
  expect(spacing(card, 31_000)).toBe(2_000);
});

test("what somebody waits for stands in no line, and takes nobody's place", () => {
  const spacing = createSpacing(() => 0);
  const urgent = { ...card, priority: 0 };
  expect([card, urgent, urgent, card].map((item) => spacing(item, 5_000))).toEqual([0, 0, 0, 1_000]);
});

test("each kind and each organization has a line of its own", () => {
  const spacing = createSpacing(() => 0);
  const others = [card, { ...card, kind: "send-message" }, { ...card, organizationId: "T2" }];
  expect(others.map((item) => spacing(item, 0))).toEqual([0, 0, 0]);
});

test("a line that was worked off is forgotten", () => {
  let now = 0;
  const spacing = createSpacing(() => now);
  for (const at of [0, 1_000]) expect(spacing(card, 0)).toBe(at);
  now = 2_000;
  expect(spacing(card, 0)).toBe(0);
});

import { expect, test } from "vitest";
import { checkShown, nothingShown, type PresentRequest, type Shown } from "./shown.ts";

const createdAt = new Date("2026-03-02T09:00:00.000Z");
const before = new Date("2026-03-02T08:59:59.999Z");
const present: PresentRequest = { known: true, fingerprint: "f1", createdAt };

const check = (shown: Partial<Shown>, now: Partial<PresentRequest> = {}): string => {
  const checked = checkShown(42, { ...nothingShown, ...shown }, { ...present, ...now });
  return checked.ok ? "" : checked.refusal.code;
};

test.each<[string, Partial<Shown>, Partial<PresentRequest>, string]>([
  ["its card, with its facts", { origin: "c1", fingerprint: "f1" }, {}, ""],
  ["its card, with other facts", { origin: "c1", fingerprint: "f2" }, {}, "request-changed"],
  ["its card, from the previous version", { origin: "c1" }, {}, ""],
  ["an unknown card, with its facts", { origin: "c2", fingerprint: "f1" }, { known: false }, "unknown-card"],
  ["an unknown card, from the previous version", { origin: "c2" }, { known: false }, "unknown-card"],
  ["its card in a message from before it", { origin: "c1", postedAt: before }, {}, ""],
  ["a message of an early version", { postedAt: createdAt }, {}, ""],
  ["a message of an early version, from before it", { postedAt: before }, {}, "unknown-card"],
  ["a dialog of the previous version", {}, {}, ""],
  ["a dialog with other facts", { fingerprint: "f2" }, {}, "request-changed"],
])("R7: %s", (_, shown, now, code) => {
  expect(check(shown, now)).toBe(code);
});

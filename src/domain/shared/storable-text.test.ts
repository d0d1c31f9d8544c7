import { expect, test } from "vitest";
import { isStorable, stripUnstorable } from "./storable-text.ts";

test.each([
  ["Orders 🚀", "Orders 🚀"],
  ["a\0b", "ab"],
  ["half of 🚀: \ud83d", "half of 🚀: \ufffd"],
])("%j is stored as %j", (text, stored) => {
  expect(stripUnstorable(text)).toBe(stored);
  expect(isStorable(text)).toBe(text === stored);
  expect(isStorable(stored)).toBe(true);
});

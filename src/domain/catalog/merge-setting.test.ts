import { describe, expect, test } from "vitest";
import { applyOrder, insertInOrder, mergeSetting, sameOrder } from "./merge-setting.ts";

const isEqual = (one: unknown, other: unknown) => one === other;

describe("what loading a file does to a setting", () => {
  test.each([
    ["the same everywhere", 1, 1, 1, "same"],
    ["only the file changed", 2, 1, 1, "load"],
    ["only the stored value changed", 1, 2, 1, "keep"],
    ["both changed to the same value", 2, 2, 1, "same"],
    ["both changed to different values", 2, 3, 1, "conflict"],
    ["no load is remembered, and the file agrees", 1, 1, undefined, "same"],
    ["no load is remembered, and the file differs", 1, 2, undefined, "keep"],
    ["the file says false, and true is stored and remembered", false, true, true, "load"],
    ["the file says nothing is required, which is not the same as no memory", null, 1, null, "keep"],
  ])("%s", (_, file, stored, remembered, outcome) => {
    expect(mergeSetting<unknown>({ file, stored, remembered }, isEqual, false)).toBe(outcome);
  });

  test.each([
    ["a changed stored value", 1, 2, 1],
    ["a conflict", 2, 3, 1],
    ["no remembered load", 1, 2, undefined],
  ])("the file wins by force over %s", (_, file, stored, remembered) => {
    expect(mergeSetting({ file, stored, remembered }, isEqual, true)).toBe("load");
  });
});

describe("the order of a pipeline", () => {
  test.each([
    ["a b c", "c a", "c b a"],
    ["a b c d", "d b", "a d c b"],
    ["a b", "a b", "a b"],
    ["a b", "b x a", "b a"],
  ])("%s, and the file names %s: %s", (stored, named, next) => {
    expect(applyOrder(stored.split(" "), named.split(" "))).toEqual(next.split(" "));
  });

  test("compares only the environments that both pipelines have", () => {
    expect(sameOrder(["a", "b", "c"], ["a", "x", "c"])).toBe(true);
    expect(sameOrder(["a", "b", "c"], ["c", "x", "a"])).toBe(false);
  });

  test.each([
    ["a b", "a x b", "a x b"],
    ["a b", "x a b", "x a b"],
    ["a q b", "a x y b", "a x y q b"],
    ["a b", "a b x", "a b x"],
    ["a", "x y", "a x y"],
    ["", "x y z", "x y z"],
  ])("%s, and new ones come as the file puts them, %s: %s", (present, wanted, next) => {
    const list = (text: string) => text.split(" ").filter((id) => id !== "");
    expect(insertInOrder(list(present), list(wanted))).toEqual(list(next));
  });
});

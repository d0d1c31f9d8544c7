import { describe, expect, test } from "vitest";
import { readSeedArguments } from "./seed-arguments.ts";

const plain = { file: "my.yml", force: false, dryRun: false, skipMissingPeople: false };

describe("the arguments of npm run seed", () => {
  test.each([
    [["my.yml"], plain],
    [["--dry-run", "my.yml"], { ...plain, dryRun: true }],
    [["my.yml", "--force", "--skip-missing-people"], { ...plain, force: true, skipMissingPeople: true }],
  ])("%j", (args, expected) => {
    expect(readSeedArguments(args)).toEqual(expected);
  });

  test.each([
    [[], "Name one seed file"],
    [["a.yml", "b.yml"], "Name one seed file"],
    [["a.yml", "--forse"], "--forse"],
    [["a.yml", "--force=yes"], "--force"],
  ])("%j are refused with the usage", (args, words) => {
    expect(() => readSeedArguments(args)).toThrow(words);
    expect(() => readSeedArguments(args)).toThrow("--dry-run");
  });
});

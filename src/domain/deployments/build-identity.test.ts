import { describe, expect, test } from "vitest";
import {
  differingParts,
  isTwin,
  matchCommit,
  sameCommit,
  sameCommitAmong,
  sameVersion,
} from "./build-identity.ts";

const full = "7e516c0f6c1b4a2d8e9f0a1b2c3d4e5f60718293";

test.each<[string | null, string | null, boolean]>([
  [full, full, true],
  ["7e516c0", full, true],
  [full, "7E516C0F6C", true],
  ["7e516c", full, false],
  ["7e516c", "7E516C", true],
  ["7e516c1", full, false],
  ["e516c0f", full, false],
  ["release-1", "release-1", true],
  ["release-1", "release-10", false],
  ["Release-1", "release-1", false],
  [null, null, false],
  [null, full, false],
  ["", "", false],
])("commits %s and %s are the same: %s", (one, other, same) => {
  expect(sameCommit(one, other)).toBe(same);
  expect(sameCommit(other, one)).toBe(same);
});

test.each([
  ["v1.4.2", "1.4.2", true],
  ["V1.4.2", "v1.4.2", true],
  [" 1.4.2", "1.4.2 ", true],
  ["vnext", "next", false],
  ["vv1", "v1", false],
  ["1.4.2-RC.1", "1.4.2-rc.1", false],
  ["1.4.2", "1.4.20", false],
])("versions %s and %s are the same: %s", (one, other, same) => {
  expect(sameVersion(one, other)).toBe(same);
});

describe("R2: an abbreviated commit matches only one commit", () => {
  const builds = (...commits: (string | null)[]) => commits.map((commit, i) => ({ id: `${i + 1}`, commit }));
  test.each<[string, (string | null)[], unknown]>([
    ["7e516c0", [full, null], { kind: "one", matches: builds(full) }],
    ["7E516C0", ["7e516c0", full], { kind: "one", matches: builds("7e516c0", full) }],
    ["7e516c0", ["7e516c0aa", "7e516c0bb"], { kind: "ambiguous", count: 2 }],
    [
      "7e516c0aa1",
      ["7e516c0", "7e516c0aa", "7e516c0bb"],
      { kind: "one", matches: builds("7e516c0", "7e516c0aa") },
    ],
    [
      "7e516c0",
      ["7e516c0aa", "7e516c0bb", "7e516c0"],
      { kind: "one", matches: builds(null, null, "7e516c0").slice(2) },
    ],
    ["7e516c", [full], { kind: "none" }],
  ])("%s among %j", (commit, all, expected) => {
    expect(matchCommit(builds(...all), commit)).toEqual(expected);
  });

  test("two builds are of the same commit unless the shorter one could mean another", () => {
    expect(sameCommitAmong("7e516c0", full, [])).toBe(true);
    expect(sameCommitAmong("7e516c0", full, [full.slice(0, 12), null])).toBe(true);
    expect(sameCommitAmong("7e516c0", full, ["7e516c0bb"])).toBe(false);
  });
});

test.each([
  ["the same", {}, []],
  ["a version with a v", { version: "V1.4.2" }, []],
  ["a longer commit", { commit: full.toUpperCase() }, []],
  ["a digest in upper case", { digest: "SHA256:0A" }, []],
  ["another version", { version: "1.4.3" }, ["version"]],
  ["no commit", { commit: null }, ["commit"]],
  ["nothing said of the commit", { commit: undefined }, []],
  ["nothing said of the digest, and another commit", { commit: "aaaaaaa", digest: undefined }, ["commit"]],
  ["another commit and digest", { commit: "aaaaaaa", digest: "sha256:0b" }, ["commit", "digest"]],
])("another registration with %s differs in %j", (_, change, parts) => {
  const registered = { version: "1.4.2", commit: "7e516c0", digest: "sha256:0a" };
  expect(differingParts(registered, { ...registered, ...change })).toEqual(parts);
});

test.each([
  [{ version: "v1.4.2", commit: null }, true],
  [{ version: "2", commit: full }, true],
  [{ version: "2", commit: "aaaaaaa" }, false],
  [{ version: "2", commit: null }, false],
])("1.4.2 of 7e516c0 and %j are twins: %s", (other, twins) => {
  expect(isTwin({ version: "1.4.2", commit: "7e516c0" }, other, [])).toBe(twins);
});

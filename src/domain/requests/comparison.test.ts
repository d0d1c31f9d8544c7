import { expect, test } from "vitest";
import {
  type Commit,
  type ComparedBuild,
  type ComparisonFacts,
  compare,
  compareLink,
  type Remark,
  weightOf,
} from "./comparison.ts";

const built = (id: string, day: number, commit: string | null = `c0ffee${id}0000`): ComparedBuild => ({
  id,
  version: `1.${id}.0`,
  commit,
  createdAt: new Date(Date.UTC(2026, 2, day)),
});

const commit = (hash: string): Commit => ({ hash, message: `Change ${hash}`, author: "Dana", link: null });

const facts = (over: Partial<ComparisonFacts> = {}): ComparisonFacts => ({
  from: built("1", 1),
  to: built("2", 2),
  between: { neverLive: 0, unlisted: 0, more: false, commits: [commit("b"), commit("a")], commitCount: 2 },
  newest: null,
  outside: false,
  compareUrl: "https://git.example/compare/{from}...{to}",
  ...over,
});

const between = (over: Partial<ComparisonFacts["between"]>) => ({ ...facts().between, ...over });

const remarks = (over: Partial<ComparisonFacts>) => compare(facts(over))?.remarks;

test("a newer build than the live one: its commits, where to compare them, and nothing to point out", () => {
  expect(compare(facts())).toEqual({
    direction: "forward",
    commits: { shown: [commit("b"), commit("a")], count: 2, atLeast: false },
    link: "https://git.example/compare/c0ffee10000...c0ffee20000",
    remarks: [],
  });
});

test("the same build is not compared with itself", () => {
  expect(compare(facts({ from: built("2", 2) }))).toBeNull();
});

test("nothing is live there yet: a first deployment, with nothing to compare", () => {
  expect(compare(facts({ from: null, between: between({ commits: [], commitCount: 0 }) }))).toMatchObject({
    direction: "first",
    link: null,
    remarks: [{ kind: "first" }],
  });
});

test("an older build than the live one: a rollback, compared from the older to the newer", () => {
  const newest = { id: "9", version: "1.9.0" };
  const back = { from: built("2", 2), to: built("1", 1), newest, between: between({ neverLive: 3 }) };
  expect(compare(facts(back))).toMatchObject({
    direction: "back",
    link: "https://git.example/compare/c0ffee10000...c0ffee20000",
    remarks: [{ kind: "rollback" }],
  });
});

test.each([
  ["2.0.0", "1.9.1", true],
  ["1.10.0", "1.9.9", true],
  ["v2.0", "v1.9.1-rc.1", true],
  ["2026.11.30", "2026.9.30+7", true],
  ["1.9.1", "2.0.0", false],
  ["1.4.2-rc.1", "1.4.2", false],
  ["1.4.0", "1.4", false],
  ["1.4", "1.4.0", false],
  ["1.4.1", "1.4", true],
  ["main", "1.4.0", false],
  ["1.4.0", "main", false],
  ["1042", "999", false],
])("live is %s, %s was built later: it is pointed out as a lower version: %s", (live, version, lower) => {
  const compared = { from: { ...built("1", 1), version: live }, to: { ...built("2", 2), version } };
  expect(remarks(compared)).toEqual(lower ? [{ kind: "lower-version" }] : []);
});

test.each([
  ["1.4.1", "1.4.2", false],
  ["v1.9.0", "1.10.0", false],
  ["41", "42", false],
  ["1.4.2-rc.1", "1.4.2", false],
  ["1.4.2", "1.4.2", true],
  ["1.4.2", "1.4.1", true],
  ["release-1", "release-2", true],
])("live is %s, %s was built earlier: it is a rollback: %s", (live, version, back) => {
  const newest = { id: "2", version: live };
  const compared = compare(
    facts({
      ...{ from: { ...built("2", 2), version: live }, to: { ...built("1", 1), version }, newest },
      between: between({ neverLive: 2 }),
    }),
  );
  expect(compared?.remarks).toEqual(back ? [{ kind: "rollback" }] : []);
  // What was built between the two came after the build that is promoted.
  expect(compared?.commits.count).toBe(back ? 2 : 0);
  expect(compared?.direction).toBe(back ? "back" : "forward");
});

test("other builds with the same version or commit are pointed out, the first three by their ids", () => {
  const similar = ["a", "b", "c", "d"].map((id) => ({
    id,
    externalId: `run-${id}`,
    version: "v1.2.0",
    commit: null,
  }));
  expect(remarks({ similar })).toEqual([{ kind: "twins", builds: ["run-a", "run-b", "run-c"], count: 4 }]);
  const other = { id: "e", externalId: "run-e", version: "1.3.0", commit: "C0FFEE2" };
  expect(remarks({ similar: [other] })).toEqual([{ kind: "twins", builds: ["run-e"], count: 1 }]);
  // The abbreviation could mean either.
  const either = ["c0ffee2aaa", "c0ffee2fff"].map((commit, i) => ({ ...other, id: `${i}`, commit }));
  expect(remarks({ to: built("2", 2, "c0ffee2"), similar: either })).toEqual([]);
});

test("where the build was deployed outside approval before", () => {
  expect(remarks({ outsideIn: ["Staging", "Test"] })).toEqual([
    { kind: "deployed-outside", environments: ["Staging", "Test"] },
  ]);
});

test("two builds of one moment are told apart by their ids, always the same way", () => {
  expect(compare(facts({ from: built("1", 1), to: built("2", 1) }))?.direction).toBe("forward");
  expect(compare(facts({ from: built("2", 1), to: built("1", 1) }))?.direction).toBe("back");
});

test("builds that were never live in the target are skipped", () => {
  expect(remarks({ between: between({ neverLive: 2 }) })).toEqual([
    { kind: "skipped", count: 2, atLeast: false },
  ]);
  expect(remarks({ between: between({ neverLive: 99, more: true }) })).toEqual([
    { kind: "skipped", count: 99, atLeast: true },
  ]);
});

test("a build that is not the newest any more", () => {
  expect(remarks({ newest: { id: "3", version: "1.3.0" } })).toEqual([
    { kind: "newer", buildId: "3", version: "1.3.0" },
  ]);
});

test("what is live was deployed past the gate", () => {
  expect(remarks({ outside: true })).toEqual([{ kind: "outside" }]);
});

test.each([
  ["the same", "c0ffee1", "c0ffee1", true],
  ["one of them cut short", "c0ffee1", "c0ffee1a2b3c", true],
  ["too short to be sure", "c0ff", "c0ffee1a2b3c", false],
  ["another", "c0ffee1", "c0ffee2", false],
  ["one unknown", null, "c0ffee2", false],
  ["both unknown", null, null, false],
])("the commit of the live build, built again: %s", (_, from, to, same) => {
  const compared = compare(facts({ from: built("1", 1, from), to: built("2", 2, to) }));
  expect(compared?.remarks).toEqual(same ? [{ kind: "same-commit" }] : []);
  if (same) expect(compared?.link).toBeNull();
});

test("no more than ten commits are shown, the others counted; at least so many where builds came without a list", () => {
  const commits = Array.from({ length: 12 }, (_, i) => commit(`${i}`));
  const many = compare(facts({ between: between({ commits, commitCount: 33 }) }));
  expect(many?.commits).toMatchObject({ count: 33, atLeast: false });
  expect(many?.commits.shown).toHaveLength(10);
  expect(compare(facts({ between: between({ unlisted: 1 }) }))?.commits.atLeast).toBe(true);
  expect(compare(facts({ between: between({ more: true }) }))?.commits.atLeast).toBe(true);
});

test("a first deployment, a rollback, a lower version and one past the gate ask for care; the rest is good to know", () => {
  const weights = (["first", "rollback", "lower-version", "outside", "same-commit"] as const).map((kind) =>
    weightOf({ kind }),
  );
  expect(weights).toEqual(["caution", "caution", "caution", "caution", "note"]);
  const others: Remark[] = [
    { kind: "skipped", count: 1, atLeast: false },
    { kind: "newer", buildId: "3", version: "3" },
  ];
  expect(others.map(weightOf)).toEqual(["note", "note"]);
});

test.each([
  ["https://git.example/c/{from}...{to}", "a", "b", "https://git.example/c/a...b"],
  ["http://git.example/?from={from}&to={to}", "a&b=c", "x#y", "http://git.example/?from=a%26b%3Dc&to=x%23y"],
  ["https://git.example/{from}/{to}/{from}", "{to}", "$&", "https://git.example/%7Bto%7D/%24%26/%7Bto%7D"],
  ["https://git.example/c/{from}...{to}", "\ud800", "b", "https://git.example/c/%EF%BF%BD...b"],
  ["javascript:alert('{from}{to}')", "a", "b", null],
  ["ftp://git.example/{from}/{to}", "a", "b", null],
  ["https://{from}/{to}", "evil.example", "b", null],
  ["https://{from}.git.example/{to}", "a", "b", null],
  ["https://git.example:{from}/{to}", "1", "b", null],
  ["not an address {from} {to}", "a", "b", null],
])("a compare link of %s with %s and %s is %s", (template, from, to, link) => {
  expect(compareLink(template, from, to)).toBe(link);
});

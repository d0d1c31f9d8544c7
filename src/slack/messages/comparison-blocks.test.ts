import type { KnownBlock } from "@slack/types";
import { describe, expect, test } from "vitest";
import type { Commit, Remark } from "../../domain/requests/comparison.ts";
import type { StateName } from "../../domain/requests/request.ts";
import type { ComparisonView, RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import { reviewModal } from "../requests/review-modal-view.ts";
import { channelCard } from "./card.ts";
import { choiceBlocks, comparisonBlocks, comparisonDetails } from "./comparison-blocks.ts";
import { requestFields, titleBlock } from "./request-blocks.ts";

const at = new Date("2026-03-02T09:00:00Z");
const dana = { id: "UDANA", name: "Dana" };

const commit = (n: number): Commit => ({
  hash: `c0ffee${n}a1b2c3`,
  message: `Change ${n}\n\nWith more to say`,
  author: "Priya",
  link: `https://git.example/commit/${n}`,
});

const commits = (count: number, atLeast = false): ComparisonView["commits"] => ({
  ...{ count, atLeast },
  shown: Array.from({ length: Math.min(count, 10) }, (_, i) => commit(i)),
});

const comparison = (over: Partial<ComparisonView> = {}): ComparisonView => ({
  direction: "forward",
  from: {
    id: "b1",
    version: "1.4.1",
    commit: "c0ffee1",
    deployed: { by: { person: dana }, requestNumber: 41 },
  },
  commits: commits(5),
  link: "https://git.example/compare/a...b",
  remarks: [],
  ...over,
});

const view = (over: Partial<ComparisonView> | null = {}, state: StateName = "pending"): RequestView => ({
  ...{ organizationId: "T1", number: 42, version: 1, state },
  ...{ identity: "018f0000-0000-7000-8000-000000000042", fingerprint: "f00d", deployer: "webhook" },
  project: { id: "p1", slug: "commerce", name: "Commerce" },
  integration: { id: "i1", slug: "orders", name: "Orders" },
  source: { id: "e1", slug: "staging", name: "Staging" },
  target: { id: "e2", slug: "production", name: "Production", critical: false },
  build: {
    id: "b2",
    externalId: "run-2",
    version: "1.4.2",
    commit: "c0ffee2",
    digest: "sha256:2",
    link: null,
    author: null,
  },
  liveInTarget: {
    id: "b1",
    externalId: "run-1",
    version: "1.4.1",
    commit: "c0ffee1",
    digest: null,
    link: null,
    author: null,
    since: at,
  },
  newerInSource: null,
  comparison: over && comparison(over),
  ...{ requester: dana, through: null, message: "", createdAt: at, expiresAt: at },
  approvals: { given: 0, required: 1 },
  ...{ reviewers: [], deliveryCoverage: null, reviews: [], decision: null, cancelled: null, expiredAt: null },
  ...{ promotedAt: null, attempt: null, commentOnReject: false },
});

const rights: ViewerRights = {
  ...{ viewerId: "UBOB", isRequester: false, admin: false, timeZone: "UTC" },
  ...{ review: { eligible: true }, reviewed: null, cancel: false, cancelNeedsReason: true },
  promote: { eligible: true },
};

/** What blocks say, line by line. */
const said = (blocks: readonly KnownBlock[]): string[] =>
  blocks.flatMap((block) => {
    if (block.type === "context") return block.elements.map((one) => ("text" in one ? one.text : ""));
    return block.type === "section" ? (block.text?.text ?? "").split("\n") : [];
  });

describe("on a card, in a line", () => {
  test.each<[string, Partial<ComparisonView> | null, string[]]>([
    [
      "forward",
      {},
      ["🔀 1.4.1 → 1.4.2 · 5 commits · <https://git.example/compare/a...b|Compare> (git.example)"],
    ],
    [
      "back",
      { direction: "back" },
      ["🔀 1.4.1 → 1.4.2 · takes back 5 commits · <https://git.example/compare/a...b|Compare> (git.example)"],
    ],
    ["one commit, no address", { commits: commits(1), link: null }, ["🔀 1.4.1 → 1.4.2 · 1 commit"]],
    [
      "not every list known",
      { commits: commits(3, true), link: null },
      ["🔀 1.4.1 → 1.4.2 · at least 3 commits"],
    ],
    ["nothing more than the versions, which stand above", { commits: commits(0), link: null }, []],
    ["nothing before", { from: null, commits: commits(0), link: null, direction: "first" }, []],
    ["the same build", null, []],
    ["an address that no browser opens", { link: "javascript:alert(1)" }, ["🔀 1.4.1 → 1.4.2 · 5 commits"]],
  ])("%s", (_, over, lines) => {
    expect(said(comparisonBlocks(view(over)))).toEqual(lines);
    const choice = view(over);
    expect(said(choiceBlocks(choice))).toEqual(lines);
  });

  test.each<[Remark, string]>([
    [{ kind: "first" }, "First deployment to Production: nothing is live there yet"],
    [{ kind: "rollback" }, "A rollback: 1.4.2 is older than 1.4.1, which is live in Production"],
    [
      { kind: "lower-version" },
      "1.4.2 is a lower version than 1.4.1, which is live in Production, though it was built later",
    ],
    [{ kind: "outside" }, "1.4.1 came to Production outside of approval"],
  ])("what must be looked at stands right under the title, in bold: %j", (remark, words) => {
    const seen = view({ remarks: [remark], link: null, commits: commits(0) });
    const [title, caution] = channelCard(seen, "c1").blocks;
    expect(title?.type).toBe("header");
    expect(caution).toMatchObject({ type: "section", text: { text: `⚠️ *${words}*` } });
    expect(reviewModal(seen, rights).blocks[1]).toEqual(caution);
    expect(said(choiceBlocks(seen))).toEqual([`⚠️ *${words}*`]);
  });

  test("what must be looked at is said once more before one click approves for a critical environment", () => {
    const critical = {
      ...view({ remarks: [{ kind: "rollback" }] }),
      target: { ...view().target, critical: true },
    };
    expect(JSON.stringify(channelCard(critical, "c1").blocks.at(-1))).toContain(
      "⚠️ A rollback: 1.4.2 is older than 1.4.1, which is live in Production. Orders 1.4.2 may then be promoted to Production.",
    );
  });

  test.each<[Remark, string]>([
    [{ kind: "skipped", count: 1, atLeast: false }, "ℹ️ Skips 1 build that was never live in Production"],
    [
      { kind: "skipped", count: 100, atLeast: true },
      "ℹ️ Skips at least 100 builds that were never live in Production",
    ],
    [
      { kind: "newer", buildId: "b3", version: "1.4.3" },
      "ℹ️ Not the newest build: 1.4.3 was built after 1.4.2",
    ],
    [{ kind: "same-commit" }, "ℹ️ Built from the same commit as 1.4.1, which is live in Production"],
  ])("good to know: %j", (remark, words) => {
    expect(said(comparisonBlocks(view({ remarks: [remark], link: null, commits: commits(0) })))).toEqual([
      words,
    ]);
  });

  test("a newer build that is live in the source is named once", () => {
    const remarks: Remark[] = [{ kind: "newer", buildId: "b3", version: "1.4.3" }];
    const newer = {
      id: "b3",
      externalId: "run-3",
      version: "1.4.3",
      commit: null,
      digest: null,
      link: null,
      author: null,
      since: at,
    };
    const text = JSON.stringify(channelCard({ ...view({ remarks }), newerInSource: newer }, "c1"));
    expect(text).toContain("Staging runs 1.4.3 by now");
    expect(text).not.toContain("Not the newest build");
  });

  test.each<[StateName, boolean]>([
    ["pending", true],
    ["approved", true],
    ["promoting", true],
    ["failed", true],
    ["rejected", false],
    ["cancelled", false],
    ["expired", false],
    ["promoted", false],
  ])("%s: what to look at is said while something is left to decide: %s", (state, isSaid) => {
    const text = said(channelCard(view({ remarks: [{ kind: "rollback" }] }, state), "c1").blocks).join("\n");
    expect(text.includes("A rollback")).toBe(isSaid);
    expect(text).toContain("1.4.1 → 1.4.2");
  });
});

test("who deployed what is live, for which request; its age is told by the reader's Slack", () => {
  const live = JSON.stringify(requestFields(view()).fields?.[3]);
  expect(live).toContain("deployed by Dana for #41");
  expect(live).toMatch(/<!date\^\d+\^\{date_short_pretty\} at \{time\}, \{ago\}\|2026-03-02 09:00 UTC>/);
  const seeded = { by: { person: null, reason: "seed file" }, requestNumber: null };
  const loaded = view({ from: { id: "b1", version: "1.4.1", commit: null, deployed: seeded } });
  expect(JSON.stringify(requestFields(loaded))).not.toContain("deployed by");
  const another = view({ from: { id: "b0", version: "1.4.0", commit: null, deployed: null } });
  expect(JSON.stringify(requestFields(another))).not.toContain("deployed by");
});

describe("what a card shows", () => {
  const labels = (shown: RequestView) =>
    requestFields(shown).fields?.map(({ text }) => text.split("\n")[0]?.replaceAll("*", ""));
  const usual = ["Project", "Requested by", "Build", "Live in Production now"];

  test("what its title says is not said again, unless the title had to cut a name", () => {
    expect(labels(view())).toEqual(usual);
    const integration = { id: "i1", slug: "long", name: "Long ".repeat(20).trim() };
    expect(labels({ ...view(), integration })).toEqual([...usual, "Integration", "From → to"]);
    // Each of these is short enough by itself, all together are not.
    const source = { id: "e1", slug: "production", name: "S".repeat(55) };
    const target = { id: "e2", slug: "production", name: "T".repeat(55), critical: false };
    const long = { ...view(), integration: { id: "i1", slug: "o", name: "O".repeat(55) }, source, target };
    expect(labels(long)?.slice(4)).toEqual(["Integration", "From → to"]);
  });

  test("names written from right to left do not turn the title around", () => {
    const named = (name: string) => ({ id: name, slug: name, name });
    const target = { ...named("הפקה"), critical: false };
    const rtl = { ...view(), integration: named("الطلبات 3"), source: named("בדיקה"), target };
    expect(titleBlock(rtl).text.text).toBe(
      "#42  \u2068الطلبات 3\u2069: \u2068בדיקה\u2069 → \u2068הפקה\u2069",
    );
    expect(labels(rtl)).toHaveLength(4);
  });

  test("how many approvals it needs, and what runs out when", () => {
    const shown = (state: StateName, required: number) =>
      said(channelCard({ ...view({}, state), approvals: { given: 0, required } }, "c1").blocks).join("\n");
    expect(shown("pending", 1)).toMatch(/^1 approval needed · expires <!date/m);
    expect(shown("pending", 2)).toContain("0 of 2 approvals");
    expect(shown("pending", 2)).toMatch(/^Expires <!date/m);
    expect(shown("approved", 1)).toMatch(/^Expires <!date.*> unless it is promoted before$/m);
  });
});

/** Leaves out the markers that Slack shows as they are. */
const withoutShownMarkers = (line: string) => line.replace(/<!date\^0\^\{_\}\|[^<>|]+>/g, "");

describe("in Review Details, the commits", () => {
  const list = (over: Partial<ComparisonView>) => said(comparisonDetails(view(over)).slice(1));

  test("each with the first line of its message, its author and its address", () => {
    expect(list({ commits: commits(2) })).toEqual([
      "*Commits since 1.4.1*",
      "<https://git.example/commit/0|c0ffee0> (git.example) Change 0 · Priya",
      "<https://git.example/commit/1|c0ffee1> (git.example) Change 1 · Priya",
    ]);
    expect(list({ commits: commits(1), direction: "back" })[0]).toBe("*Commits taken back*");
    const bare = { hash: "abc1234567", message: "", author: null, link: null };
    expect(list({ commits: { shown: [bare], count: 1, atLeast: false } })[1]).toBe("`abc1234` ");
  });

  test("the first ten, then how many more and where", () => {
    const lines = list({ commits: commits(33) });
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toBe("and 23 more · <https://git.example/compare/a...b|Compare> (git.example)");
    expect(list({ commits: commits(33, true), link: null }).at(-1)).toBe("and at least 23 more");
    expect(list({ commits: commits(3, true), link: null }).at(-1)).toBe(
      "There may be more: not every build came with its commits",
    );
  });

  test("hostile text stays text, in its line, and all of it within a section", () => {
    const text = "<!channel> ``` *_~ <https://evil.example|x> & ".repeat(20);
    const hostile: Commit = { hash: text, message: `\n${text}\n${text}`, author: text, link: null };
    const shown = [hostile, { ...hostile, link: `https://git.example/${"&".repeat(900)}` }];
    const lines = list({ commits: { shown: Array(5).fill(shown).flat(), count: 10, atLeast: false } });
    expect(lines).toHaveLength(11);
    expect(lines.slice(1).join("\n").length).toBeLessThanOrEqual(3000);
    for (const line of lines.slice(1).map(withoutShownMarkers)) {
      expect(line).not.toMatch(/<(?!https:\/\/git\.example)|```/);
      expect(line).toMatch(/^`[^`]*` [^`]*$/);
    }
  });
});

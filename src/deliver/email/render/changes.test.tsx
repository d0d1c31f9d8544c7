import { expect, test } from "vitest";
import type { Commit, Remark } from "../../../domain/requests/comparison.ts";
import type { ComparisonView, RequestView } from "../../../queries/requests/request-view.ts";
import { renderNotice } from "./render.tsx";

const at = (text: string) => new Date(text);
const ana = { id: "UANA", name: "Ana Duarte" };
const carol = { id: "UCAROL", name: "Carol Mbeki" };
const link = "https://signoff.example.com/r/payload.signature";

const commit = (n: number): Commit => ({
  hash: `c0ffee${n}a1b2c3d4`,
  message: `Change ${n}\n\nWith more to say`,
  author: "Eve Stone",
  link: `https://git.example.com/commit/${n}`,
});

const commits = (count: number): ComparisonView["commits"] => ({
  shown: Array.from({ length: Math.min(count, 10) }, (_, i) => commit(i)),
  ...{ count, atLeast: false },
});

const comparison: ComparisonView = {
  direction: "forward",
  from: {
    ...{ id: "b1", version: "1.4.1", commit: "77aa01c3" },
    deployed: { by: { person: carol }, requestNumber: 41 },
  },
  commits: commits(2),
  link: "https://git.example.com/compare/77aa01c3...9f2c1ab0",
  remarks: [],
};

const view = (over: Partial<ComparisonView> | null, more: Partial<RequestView> = {}): RequestView => ({
  ...{ organizationId: "T1", number: 42, version: 1, state: "pending" },
  ...{ identity: "018f0000-0000-7000-8000-000000000042", fingerprint: "f00d", deployer: "webhook" },
  project: { id: "p1", slug: "commerce", name: "Commerce" },
  integration: { id: "i1", slug: "orders-sync", name: "Orders Sync" },
  source: { id: "e1", slug: "staging", name: "Staging" },
  target: { id: "e2", slug: "production", name: "Production", critical: true },
  build: {
    id: "b2",
    externalId: "run-2",
    version: "1.4.2",
    commit: "9f2c1ab07de4",
    digest: null,
    link: null,
    author: "Eve Stone",
  },
  liveInTarget: {
    ...{
      id: "b1",
      externalId: "run-1",
      version: "1.4.1",
      commit: "77aa01c3",
      digest: null,
      link: null,
      author: null,
    },
    since: at("2026-11-02T09:12:00Z"),
  },
  newerInSource: null,
  comparison: over && { ...comparison, ...over },
  ...{ requester: ana, through: null, message: "", expiresAt: null },
  createdAt: at("2026-11-23T13:05:00Z"),
  approvals: { given: 0, required: 1 },
  ...{
    reviewers: [carol],
    deliveryCoverage: null,
    reviews: [],
    decision: null,
    cancelled: null,
    expiredAt: null,
  },
  ...{ promotedAt: null, attempt: null, commentOnReject: false },
  ...more,
});

const mail = (...of: Parameters<typeof view>) =>
  renderNotice({
    ...{ view: view(...of), event: "requested", link },
    recipient: { ...carol, timeZone: "Europe/Stockholm" },
  });

test("both versions, where to compare them, the commits, how old the live one is and who deployed it", async () => {
  const { text, html } = await mail({});
  expect(text).toContain(
    [
      "Live in Production: 1.4.1",
      "    commit 77aa01c3",
      "    since Mon, 2 Nov 2026, 10:12 CET, 21 days before the request",
      "    deployed by Carol Mbeki for #41",
      "Changes: 1.4.1 → 1.4.2 · 2 commits · Compare <https://git.example.com/compare/77aa01c3...9f2c1ab0>",
      "    c0ffee0 <https://git.example.com/commit/0> Change 0 · Eve Stone",
      "    c0ffee1 <https://git.example.com/commit/1> Change 1 · Eve Stone",
      "Requested by:",
    ]
      .join("\n")
      .replace("Requested by:", "Requested by: Ana Duarte"),
  );
  expect(html).toContain('href="https://git.example.com/compare/77aa01c3...9f2c1ab0"');
  expect(html).not.toContain("With more to say");
});

test.each([
  ["2026-11-23T12:30:00Z", "less than an hour before the request"],
  ["2026-11-23T11:05:00Z", "2 hours before the request"],
  ["2026-11-21T13:05:00Z", "2 days before the request"],
  ["2026-11-23T13:06:00Z", "after the request"],
])("live since %s: %s", async (since, words) => {
  const live = {
    id: "b1",
    externalId: "run-1",
    version: "1.4.1",
    commit: null,
    digest: null,
    link: null,
    author: null,
    since: at(since),
  };
  expect((await mail({}, { liveInTarget: live })).text).toContain(`, ${words}\n`);
});

test("more commits than are shown are counted", async () => {
  const { text } = await mail({ commits: commits(33) });
  expect(text.match(/^ {4}c0ffee/gm)).toHaveLength(10);
  expect(text).toContain("\n    and 23 more\n");
});

test("what to look at comes first, before the button and all else, while something is left to decide", async () => {
  const remarks: Remark[] = [{ kind: "skipped", count: 2, atLeast: false }, { kind: "rollback" }];
  const open = await mail({ remarks });
  const [before, after] = open.text.split("Review in Slack:");
  expect(before).toContain("⚠️ A rollback: 1.4.2 is older than 1.4.1, which is live in Production\n");
  expect(after).toContain(
    "State: Waiting for review\nPlease note: Skips 2 builds that were never live in Production\n",
  );
  const [htmlBefore] = open.html.split(/Review in Slack(?=<)/);
  expect(htmlBefore).toContain("A rollback");
  const closed = await mail({ remarks }, { state: "expired", expiredAt: at("2026-11-26T13:05:00Z") });
  expect(closed.text).not.toMatch(/Please note|A rollback/);
});

test("what no person deployed is not said to be deployed by anybody", async () => {
  const deployed = { by: { person: null, reason: "seed file" }, requestNumber: null };
  const { text } = await mail({ from: { id: "b1", version: "1.4.1", commit: null, deployed } });
  expect(text).not.toContain("deployed by");
});

test("where there is nothing to compare, no row says so", async () => {
  for (const over of [
    null,
    { from: null, link: null, commits: commits(0) },
    { link: null, commits: commits(0) },
  ]) {
    expect((await mail(over)).text).not.toContain("Changes:");
  }
});

test("hostile text stays text, and no address leads anywhere but to http or https", async () => {
  const evil = `<script>alert("1")</script> <!channel> & \u202eBcc: a@b.c\u0000 שלום\nmore`;
  const bad: Commit = { hash: evil, message: evil.repeat(30), author: evil, link: "javascript:alert(1)" };
  const from = {
    id: "b1",
    version: evil,
    commit: evil,
    deployed: { by: { person: { id: "U", name: evil } }, requestNumber: 1 },
  };
  const remarks: Remark[] = [{ kind: "outside" }, { kind: "newer", buildId: "b3", version: evil }];
  const { html, text } = await mail({
    ...{ from, remarks, link: "data:text/html,x" },
    commits: { shown: [bad, bad], count: 2, atLeast: true },
  });
  expect(html).not.toMatch(/<script|<!channel/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(html + text).not.toMatch(/[\u0000\u202a-\u202e\u2066-\u2069]/);
  const links = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1] ?? "");
  expect(links.filter((address) => !/^https?:\/\//.test(address))).toEqual([]);
});

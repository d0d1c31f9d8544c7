import { expect, test } from "vitest";
import type { RequestEvent } from "../../../domain/requests/notices.ts";
import type { RequestView } from "../../../queries/requests/request-view.ts";
import { renderNotice } from "./render.tsx";

const at = (text: string) => new Date(text);
const ana = { id: "UANA", name: "Ana Duarte" };
const bob = { id: "UBOB", name: "Bob Lindqvist" };
const carol = { id: "UCAROL", name: "Carol Mbeki" };
const link = "https://signoff.example.com/r/payload.signature";

const pending: RequestView = {
  organizationId: "T1",
  number: 42,
  ...{ identity: "018f0000-0000-7000-8000-000000000042", fingerprint: "f00d", deployer: "webhook" },
  version: 1,
  project: { id: "p1", slug: "commerce", name: "Commerce" },
  integration: { id: "i1", slug: "orders-sync", name: "Orders Sync" },
  source: { id: "e1", slug: "staging", name: "Staging" },
  target: { id: "e2", slug: "production", name: "Production", critical: true },
  build: {
    id: "b2",
    version: "1.4.2",
    commit: "9f2c1ab07de4415c8b1a5d7f0e3c2b6a8d4e1f90",
    externalId: "run-1842",
    digest: "sha256:3f1c9a0d2b4e",
    link: "https://ci.example.com/builds/1842",
    author: "Eve Stone",
  },
  liveInTarget: {
    id: "b1",
    version: "1.4.1",
    commit: "77aa01c3",
    externalId: "run-1790",
    digest: null,
    link: "https://ci.example.com/builds/1790",
    author: null,
    since: at("2026-11-02T09:12:00Z"),
  },
  newerInSource: null,
  comparison: null,
  requester: ana,
  through: "release-bot",
  message: "Fixes the duplicated lines.\n\n  Tested on Staging.",
  createdAt: at("2026-11-23T13:05:00Z"),
  state: "pending",
  expiresAt: at("2026-11-26T13:05:00Z"),
  approvals: { given: 0, required: 1 },
  deliveryCoverage: null,
  reviewers: [bob, carol],
  reviews: [],
  decision: null,
  cancelled: null,
  expiredAt: null,
  promotedAt: null,
  attempt: null,
  commentOnReject: false,
};

const closed = { ...pending, reviewers: [], expiresAt: null };
const review = {
  reviewer: bob,
  verdict: "approve",
  notCounted: null,
  comment: "Looks right.",
  at: at("2026-11-23T14:20:00Z"),
};
const decision = { at: review.at, by: { person: bob }, comment: review.comment } as const;
const approved: RequestView = {
  ...closed,
  state: "approved",
  expiresAt: at("2026-11-30T14:20:00Z"),
  approvals: { given: 1, required: 1 },
  reviews: [{ ...review, verdict: "approve" }],
  decision: { ...decision, outcome: "approved" },
};
const rejected: RequestView = {
  ...closed,
  state: "rejected",
  reviews: [{ ...review, verdict: "reject", notCounted: null, comment: "It drops vouchers." }],
  decision: { ...decision, outcome: "rejected", comment: "It drops vouchers." },
};
const ended = {
  at: at("2026-11-23T15:00:00Z"),
  by: { person: bob },
  reason: "Freeze week",
  replacedBy: null,
};
const cancelled: RequestView = { ...closed, state: "cancelled", cancelled: ended };
const replaced: RequestView = {
  ...closed,
  state: "cancelled",
  cancelled: { ...ended, by: { person: ana }, reason: null, replacedBy: 43 },
};
const expired: RequestView = { ...closed, state: "expired", expiredAt: at("2026-11-26T13:05:00Z") };
const attempt = {
  startedBy: { person: ana },
  link: "https://deploy.example.com/77",
  reason: null,
  unknown: false,
};
const promoted: RequestView = {
  ...approved,
  state: "promoted",
  expiresAt: null,
  promotedAt: at("2026-11-23T16:10:00Z"),
  attempt,
};
const failed: RequestView = {
  ...approved,
  state: "failed",
  attempt: { ...attempt, reason: "Step migrate exited with 1" },
};
const silent: RequestView = { ...failed, attempt: { ...attempt, unknown: true } };

const mail = (view: RequestView, event: RequestEvent, reader = bob, timeZone = "Europe/Stockholm") =>
  renderNotice({ view, event, recipient: { ...reader, timeZone }, link });

const headlineOf = (text: string) => text.split("\n")[0];

test.each([
  ["requested", pending, bob, "Review", "Ana Duarte asks you to review Orders Sync 1.4.2 → Production"],
  ["approved", approved, ana, "Approved", "Bob Lindqvist approved Orders Sync 1.4.2 → Production"],
  ["rejected", rejected, ana, "Rejected", "Bob Lindqvist rejected Orders Sync 1.4.2 → Production"],
  [
    "cancelled",
    cancelled,
    ana,
    "Cancelled",
    "Bob Lindqvist cancelled your request for Orders Sync 1.4.2 → Production",
  ],
  [
    "cancelled",
    cancelled,
    carol,
    "Cancelled",
    "Bob Lindqvist cancelled the request for Orders Sync 1.4.2 → Production",
  ],
  [
    "cancelled",
    replaced,
    carol,
    "Replaced",
    "Ana Duarte replaced the request for Orders Sync 1.4.2 → Production",
  ],
  ["expired", expired, ana, "Expired", "Your request for Orders Sync 1.4.2 → Production expired"],
  ["expired", expired, carol, "Expired", "The request for Orders Sync 1.4.2 → Production expired"],
  [
    "reminder",
    pending,
    bob,
    "Reminder",
    "Ana Duarte still waits for your review of Orders Sync 1.4.2 → Production",
  ],
  ["reminder", approved, ana, "Reminder", "Orders Sync 1.4.2 → Production is approved and not promoted yet"],
  [
    "reminder",
    failed,
    ana,
    "Reminder",
    "Orders Sync 1.4.2 → Production is not promoted: the deployment failed",
  ],
  [
    "reminder",
    silent,
    ana,
    "Reminder",
    "Orders Sync 1.4.2 → Production is not promoted: the deployment went silent",
  ],
  ["promoted", promoted, ana, "Promoted", "Orders Sync 1.4.2 is live in Production"],
  ["failed", failed, ana, "Failed", "The deployment of Orders Sync 1.4.2 → Production failed"],
  [
    "failed",
    silent,
    ana,
    "No news of the deployment",
    "The deployment of Orders Sync 1.4.2 → Production went silent",
  ],
] as const)("%s is told in its reader's words: %#", async (event, view, reader, topic, headline) => {
  const { subject, text, html } = await mail(view, event, reader);
  expect(subject).toBe(`[#42] ${topic}: Orders Sync 1.4.2 to Production`);
  expect(headlineOf(text)).toBe(headline);
  expect(html).toContain(`<title>${subject}</title>`);
});

test.each<[string, RequestView, RequestEvent, typeof bob]>([
  ["Review in Slack", pending, "requested", bob],
  ["Promote in Slack", approved, "approved", ana],
  ["Try Again in Slack", failed, "failed", ana],
  ["Review in Slack", pending, "reminder", bob],
  ["Promote in Slack", approved, "reminder", ana],
  ["Try Again in Slack", failed, "reminder", ana],
  ["Request Again in Slack", expired, "expired", ana],
  ["Open in Slack", expired, "expired", carol],
  ["Open in Slack", promoted, "promoted", ana],
  ["Open in Slack", cancelled, "cancelled", carol],
  ["Open in Slack", { ...pending, reviewers: [carol] }, "requested", bob],
])("the button says %s to who can do that", async (label, view, event, reader) => {
  const { html, text } = await mail(view, event, reader);
  expect(text).toContain(`${label}:\n${link}\n`);
  expect(html).toContain(label);
});

test("the footer says why the reader gets it", async () => {
  expect((await mail(pending, "requested")).text).toContain("because you may review this request");
  expect((await mail(expired, "expired", carol)).text).toContain("because you were asked to review");
  expect((await mail(approved, "approved", ana)).text).toContain("because you asked for this promotion");
});

test("a request that moved on before the mail was written says how it stands now", async () => {
  const { text } = await mail(rejected, "requested", carol);
  expect(text).toContain("It stands like this now: Rejected by Bob Lindqvist.");
  expect(text).toContain("Open in Slack:");
});

test("R5: who asked and may review it too is not told that somebody else asks", async () => {
  const { text } = await mail({ ...pending, reviewers: [ana] }, "requested", ana);
  expect(headlineOf(text)).toBe("Your request for Orders Sync 1.4.2 → Production waits for review");
  expect(text).toContain("Review in Slack:");
});

test("the plain text has all the facts of a card", async () => {
  const { text } = await mail(pending, "requested");
  for (const fact of [
    "Project: Commerce",
    "Integration: Orders Sync",
    "From → to: Staging (staging) → Production (production) (critical)",
    "Build: 1.4.2 <https://ci.example.com/builds/1842> by Eve Stone",
    "commit 9f2c1ab07de4415c8b1a5d7f0e3c2b6a8d4e1f90",
    "Live in Production: 1.4.1 <https://ci.example.com/builds/1790>",
    "Requested by: Ana Duarte through token release-bot",
    "Waiting for review",
    "Can review: Bob Lindqvist and Carol Mbeki",
    "Message from Ana Duarte:\n> Fixes the duplicated lines.\n>\n>   Tested on Staging.\n",
  ]) {
    expect(text).toContain(fact);
  }
});

test("the outcome brings who decided, when, the comment, the reason and what replaced it", async () => {
  const said = await Promise.all([
    mail(rejected, "rejected", ana),
    mail(cancelled, "cancelled", ana),
    mail(replaced, "cancelled", carol),
    mail(failed, "failed", ana),
  ]);
  const [no, end, next, broken] = said.map((each) => each.text);
  expect(no).toContain("Comment from Bob Lindqvist:\n> It drops vouchers.");
  expect(no).toContain("Bob Lindqvist rejected · Mon, 23 Nov 2026, 15:20 CET");
  expect(end).toContain("Reason:\n> Freeze week");
  expect(next).toContain("Request #43 took its place.");
  expect(broken).toContain("Why it failed:\n> Step migrate exited with 1");
  expect(broken).toContain("Look at the deployment <https://deploy.example.com/77>");
});

test("a comment is said once, the other reviewers' comments after it", async () => {
  const first = {
    reviewer: carol,
    verdict: "approve",
    notCounted: null,
    comment: "Fine by me.",
    at: review.at,
  } as const;
  const { text } = await mail({ ...approved, reviews: [first, ...approved.reviews] }, "approved", ana);
  expect(text.split("Looks right.")).toHaveLength(2);
  expect(text).toContain("Comment from Carol Mbeki:\n> Fine by me.");
});

test("R1: what the system approved says so", async () => {
  const by = { person: null, reason: "workflow off" } as const;
  const view: RequestView = {
    ...promoted,
    decision: { outcome: "approved", at: review.at, by, comment: "" },
    reviews: [],
  };
  expect((await mail(view, "promoted", ana)).text).toContain("Approvals: Approved by Signoff (workflow off)");
});

test.each([
  ["Europe/Stockholm", "Thu, 26 Nov 2026, 14:05 CET"],
  ["America/New_York", "Thu, 26 Nov 2026, 08:05 EST"],
  ["Asia/Kolkata", "Thu, 26 Nov 2026, 18:35 GMT+5:30"],
  ["Pacific/Auckland", "Fri, 27 Nov 2026, 02:05"],
  ["Mars/Olympus", "Thu, 26 Nov 2026, 13:05 UTC"],
  ["", "Thu, 26 Nov 2026, 13:05 UTC"],
])("R11: times stand on the reader's clock: %s", async (timeZone, time) => {
  const { text, html } = await mail(pending, "requested", bob, timeZone);
  expect(text).toContain(`Expires ${time}`);
  expect(html).toContain(`Expires ${time}`);
});

test("R11: a reminder says what to do and until when, on the reader's clock; what expired how to ask again", async () => {
  const [waits, approvedOne, over] = await Promise.all([
    mail(pending, "reminder"),
    mail(approved, "reminder", ana, "Europe/Lisbon"),
    mail(expired, "expired", ana),
  ]);
  expect(waits.text).toContain(
    "Please approve or reject it in Slack. It needs one approval. The request expires on Thu, 26 Nov 2026, 14:05 CET.",
  );
  expect(approvedOne.text).toContain(
    "Press Promote on your card in Slack, or cancel it. The request expires on Mon, 30 Nov 2026, 14:20 WET.",
  );
  expect(over.text).toContain(
    "Nobody decided in time. Nothing changes in Production. Request Again on your card asks for what is live now.",
  );
});

const evil = `<script>alert("1")</script> <!channel> & <https://x|y> &lt;b&gt;\r\n\u202eBcc: a@b.c\u0000 שלום 👩🏽‍🚀`;

const hostile: RequestView = {
  ...pending,
  project: { ...pending.project, name: evil },
  integration: { ...pending.integration, name: evil },
  source: { id: "e1", slug: "production", name: evil },
  target: { id: "e2", slug: "production", name: evil, critical: true },
  build: {
    id: "b2",
    externalId: evil,
    version: evil,
    commit: evil,
    digest: evil,
    link: "javascript:alert(1)",
    author: evil,
  },
  liveInTarget: {
    ...pending.build,
    version: evil,
    link: `https://x/"><script>${"y".repeat(900)}`,
    since: at("2026-11-02T09:12:00Z"),
  },
  newerInSource: { ...pending.build, version: evil, since: at("2026-11-02T09:12:00Z") },
  requester: { id: "UANA", name: evil },
  through: evil,
  message: evil.repeat(30),
  reviewers: [{ id: "UBOB", name: evil }],
  reviews: [
    {
      reviewer: { id: "UDAN", name: evil },
      verdict: "approve",
      notCounted: null,
      comment: evil,
      at: review.at,
    },
  ],
};
const hostileEnds: [RequestEvent, RequestView][] = [
  ["requested", hostile],
  ["reminder", hostile],
  ["expired", { ...hostile, state: "expired", expiredAt: at("2026-11-26T13:05:00Z") }],
  [
    "rejected",
    {
      ...hostile,
      state: "rejected",
      decision: { ...decision, by: { person: hostile.requester }, outcome: "rejected", comment: evil },
    },
  ],
  ["cancelled", { ...hostile, state: "cancelled", cancelled: { ...ended, reason: evil } }],
  [
    "failed",
    { ...hostile, state: "failed", attempt: { ...attempt, link: "data:text/html,x", reason: evil } },
  ],
];

test.each(hostileEnds)("hostile text in every field of %s stays text", async (event, view) => {
  const { subject, html, text } = await mail(view, event);
  expect(subject).toMatch(/^\[#42\] [^\p{Cc}\u202e]{1,113}$/u);
  expect(html).not.toMatch(/<script|<!channel|<https:|<b>/);
  expect(html).toContain(
    "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &lt;!channel&gt; &amp; &lt;https://x|y&gt; &amp;lt;b&amp;gt;",
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(html + text).not.toMatch(/[\u0000\u202a-\u202e\u2066-\u2069]/);
  expect(text).toContain("👩🏽‍🚀");
});

test.each(hostileEnds)("no link of %s leads anywhere but to http or https", async (event, view) => {
  const { html } = await mail(view, event);
  const links = [...html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1]);
  expect(links).toContain(link);
  expect(links.filter((address) => !/^https?:\/\//.test(address ?? ""))).toEqual([]);
});

test("a link shows its host where its text does not, without a user name, in Punycode", async () => {
  const build = { ...pending.build, link: "https://git.example.com@bücher.example/1" };
  const { html, text } = await mail({ ...pending, build }, "requested");
  expect(html).toMatch(/href="https:\/\/xn--bcher-kva\.example\/1"[^>]*><bdi>1\.4\.2<\/bdi><\/a>/);
  expect(html).toContain("</a> (xn--bcher-kva.example)");
  expect(text).toContain("1.4.2 <https://xn--bcher-kva.example/1>");
});

test("names with line breaks and direction characters are on one line, in the subject too", async () => {
  const name = "Pay\r\nBcc: eve@evil.example\u202e\n✅ *Approved by Bob Reviewer*";
  const { subject, html, text } = await mail(
    { ...pending, integration: { ...pending.integration, name }, target: { ...pending.target, name } },
    "requested",
  );
  expect(subject).not.toMatch(/[\r\n\u202e]/);
  expect(html).not.toContain("\u202e");
  expect(text).not.toMatch(/^(Bcc|✅)/m);
});

test("an email grants nothing: its own links all lead to the reader's card", async () => {
  const { html } = await mail(
    { ...pending, build: { ...pending.build, link: null }, liveInTarget: null },
    "requested",
  );
  const links = [...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
  expect(new Set(links)).toEqual(new Set([link]));
});

test("a message keeps its lines and may be 3,000 characters long", async () => {
  const message = `${"Zeile mit Wörtern\n".repeat(166)}Ende`;
  const { html, text } = await mail({ ...pending, message }, "requested");
  expect(text.match(/^> Zeile mit Wörtern$/gm)).toHaveLength(166);
  expect(html.match(/Zeile mit Wörtern<br\/>/g)).toHaveLength(166);
  expect(text).toContain("> Ende");
});

test("empty fields leave no empty rows or quotes", async () => {
  const bare: RequestView = {
    ...pending,
    message: "",
    through: null,
    liveInTarget: null,
    build: {
      id: "b2",
      externalId: "run-2",
      version: "1.4.2",
      commit: null,
      digest: null,
      link: null,
      author: null,
    },
  };
  const { text } = await mail(bare, "requested");
  expect(text).toContain("Live in Production: Nothing yet");
  expect(text).toContain("Build: 1.4.2\n");
  expect(text).not.toMatch(/Message from|null|undefined|: *\n(?!https)/);
});

test("the list of mails shows what was said, else what it means", async () => {
  const preview = async (...of: Parameters<typeof mail>) =>
    /data-skip-in-text="true"[^>]*>([^<]*)/.exec((await mail(...of)).html)?.[1];
  expect(await preview(pending, "requested")).toBe("Fixes the duplicated lines. Tested on Staging.");
  expect(await preview(rejected, "rejected", ana)).toBe("It drops vouchers.");
  expect(await preview(promoted, "promoted", ana)).toMatch(/^Your promotion succeeded on /);
});

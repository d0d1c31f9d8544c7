import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isHarmless } from "../../../test/support/hostile-text.ts";
import type { Refusal, SettingsRefusal } from "../../domain/shared/refusals.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { refusalWords } from "./refusals.ts";
import { escaped } from "./text.ts";

const at = new Date("2026-03-02T09:00:00Z");
const bob = { id: "UBOB", name: "Bob" };
const carol = { id: "UCAROL", name: "Carol" };

/** Dana's request #42, which Bob and Carol may review. */
const view: RequestView = {
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
    externalId: "run-2",
    version: "1.4.2",
    commit: null,
    digest: null,
    link: null,
    author: null,
  },
  liveInTarget: null,
  newerInSource: null,
  comparison: null,
  requester: { id: "UDANA", name: "Dana" },
  through: null,
  message: "",
  createdAt: at,
  state: "pending",
  expiresAt: null,
  approvals: { given: 0, required: 2 },
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
const decision = { at, by: { person: bob }, comment: "" };
const approved: RequestView = { ...view, state: "approved", decision: { ...decision, outcome: "approved" } };
const rejected: RequestView = { ...view, state: "rejected", decision: { ...decision, outcome: "rejected" } };
const attempt = { startedBy: { person: carol }, link: null, reason: "no disk", unknown: false };
const failed: RequestView = { ...approved, state: "failed", attempt };
const promoting: RequestView = { ...approved, state: "promoting", attempt };
const promoted: RequestView = { ...approved, state: "promoted", promotedAt: at };
const expired: RequestView = { ...view, state: "expired", expiredAt: at, reviewers: [] };
const replaced: RequestView = {
  ...view,
  state: "cancelled",
  cancelled: { at, by: { person: carol }, reason: null, replacedBy: 43 },
};

/** Every refusal, with the request it is about and its words. A new code does not compile until it stands here. */
type Row = [facts: object, about: RequestView | undefined, words: string];
const open = { number: 42, replaceable: false, workflowOff: false };
const tooFew = { required: 2, available: 1, workflowRoles: ["Leads", "Release Managers"] };
const rows: Record<Exclude<Refusal, SettingsRefusal>["code"], Row[]> = {
  "not-found": [
    [{ what: "integration" }, undefined, "This integration does not exist any more. Choose another one."],
    [
      { what: "environment" },
      undefined,
      "This environment is not in the pipeline any more. Choose another one.",
    ],
    [{ what: "request" }, undefined, "There is no such request in this workspace."],
    [
      { what: "member" },
      undefined,
      "Signoff does not know you yet. Try again in a minute; if it stays so, ask an admin.",
    ],
  ],
  "build-differs": [
    [
      { id: "run-7", parts: ["version", "commit"] },
      undefined,
      "Build run-7 is registered already, with another version and commit. A build never changes: register this one under an id of its own.",
    ],
  ],
  "deployment-differs": [
    [
      { id: "run-7", build: "run-6" },
      undefined,
      "Deployment run-7 is known already, of build run-6. Report this one under an id of its own.",
    ],
  ],
  "time-out-of-range": [
    [
      { field: "startedAt", why: "ahead", at: new Date(0) },
      undefined,
      "The time in startedAt is more than 5 minutes in the future. Check the clock of the machine that sends it.",
    ],
    [
      { field: "builtAt", why: "too-early", at: new Date(0) },
      undefined,
      "The time in builtAt is before the year 2000. Send a time in ISO 8601.",
    ],
  ],
  "commit-ambiguous": [
    [
      { commit: "abcdef1", count: 2 },
      undefined,
      "2 commits of this version begin with abcdef1. Type more of the commit.",
    ],
  ],
  "no-webhook": [
    [{}, undefined, "Its webhook is not set up yet: an admin does that in Settings, at the integration."],
  ],
  archived: [[{ what: "project" }, undefined, "This project is archived: nothing can be promoted in it."]],
  "no-source": [
    [
      { target: "Development" },
      undefined,
      "Nothing can be promoted to Development: no environment comes before it. An admin can add one.",
    ],
  ],
  "nothing-live": [
    [
      { source: "Staging" },
      undefined,
      "Nothing is live in Staging yet, so there is nothing to promote. Deploy a build there first.",
    ],
  ],
  "already-live": [
    [{ version: "1.4.2", target: "Production" }, undefined, "1.4.2 is already live in Production."],
  ],
  "gate-changed": [
    [{ gated: true }, undefined, "A review is needed here by now. Submit again to request approval."],
    [
      { gated: false },
      undefined,
      "No review is needed here any more: submit again, and it is promoted at once.",
    ],
  ],
  "build-changed": [[{}, undefined, "Another build went live meanwhile. Check it below and submit again."]],
  "open-request": [
    [
      open,
      view,
      "Request #42 by Dana (waiting for review: 0 of 2 approvals) is already open for this environment.",
    ],
    [
      { ...open, replaceable: true },
      failed,
      "Request #42 by Dana (the deployment failed: no disk) is already open for this environment. You can replace it: open the dialog again.",
    ],
    [
      { ...open, workflowOff: true },
      approved,
      "Request #42 by Dana (approved by Bob) is already open for this environment. Promote it, or cancel #42 first.",
    ],
    [open, undefined, "Request #42 is already open for this environment."],
  ],
  "not-replaceable": [
    [
      { number: 42 },
      promoting,
      "#42 can't be replaced any more: promoting, started by Carol. Open the dialog again to see what is possible now.",
    ],
  ],
  "not-requester": [
    [
      { why: "role", roles: ["Developers", "Leads"] },
      undefined,
      "In this project only Developers and Leads can request and promote. Ask one of them, or an admin to add you.",
    ],
    [
      { why: "guest", roles: [] },
      undefined,
      "Guests can't request or promote. Full members of this workspace can.",
    ],
    [
      { why: "stranger", roles: [] },
      undefined,
      "People from other workspaces can't request or promote. Full members of this workspace can.",
    ],
  ],
  "not-reviewer": [
    [
      { why: "self", number: 42 },
      view,
      "You asked for #42, so somebody else must review it. Bob and Carol can.",
    ],
    [{ why: "role", number: 42 }, view, "You are not a reviewer of Commerce. Bob and Carol can."],
    [{ why: "assignee", number: 42 }, view, "Only the assigned reviewers can review #42. Bob and Carol can."],
    [{ why: "guest", number: 42 }, view, "Guests can't review. Bob and Carol can."],
    [{ why: "deactivated", number: 42 }, view, "Deactivated members can't review. Bob and Carol can."],
    [
      { why: "role", number: 42 },
      { ...view, reviewers: [] },
      "You are not a reviewer of Commerce. Nobody can right now: ask an admin to choose reviewers.",
    ],
  ],
  "too-few-reviewers": [
    [
      tooFew,
      undefined,
      "Nobody would be able to decide this: 2 reviews are needed, and only 1 could review it. Ask an admin to add people to Leads and Release Managers.",
    ],
    [
      { required: 1, available: 0, workflowRoles: [] },
      undefined,
      "Nobody would be able to decide this: one review is needed, and nobody but you could review it. Ask an admin to add people to the reviewer roles.",
    ],
  ],
  "request-changed": [
    [
      { number: 42 },
      undefined,
      "#42 has changed since it was shown to you, so nothing was done. Check the request as it is now, and try again.",
    ],
    [
      { number: 42 },
      approved,
      "#42 has changed since it was shown to you, so nothing was done. It is now for Orders Sync (orders-sync) 1.4.2 from Staging (staging) to Production (production), which is critical. Check the request as it is now, and try again.",
    ],
  ],
  "unknown-card": [
    [
      { number: 42 },
      undefined,
      "Nothing was done: what you used is not about the request that is #42 now. It may be from before Signoff's database was restored. Run /approvals to find the current requests, or ask an admin.",
    ],
  ],
  "already-decided": [
    [{ number: 42 }, approved, "#42 is not waiting for review any more: approved by Bob."],
    [{ number: 42 }, rejected, "#42 is not waiting for review any more: rejected by Bob."],
  ],
  "not-pending": [
    [
      { number: 42 },
      replaced,
      "#42 is not waiting for review any more: cancelled by Carol, replaced by #43.",
    ],
    [{ number: 42 }, expired, "#42 is not waiting for review any more: expired: nobody decided in time."],
  ],
  "comment-required": [[{}, undefined, "Say why: the workflow asks for a comment on Reject."]],
  "text-too-long": [[{ field: "comment", limit: 3000 }, undefined, "Keep it within 3,000 characters."]],
  "not-approved": [
    [{ number: 42 }, view, "#42 is not approved yet (0 of 2). Bob and Carol can."],
    [{ number: 42 }, rejected, "#42 can't be promoted: rejected by Bob."],
    [{ number: 42 }, promoted, "#42 can't be promoted: promoted: 1.4.2 is live in Production."],
  ],
  "not-reviewed": [
    [
      { number: 42 },
      approved,
      "#42 was made while no review was needed, and one is needed now. Cancel it and request approval.",
    ],
  ],
  "must-confirm": [
    [
      { number: 42, changes: [], shown: "" },
      approved,
      "Something changed since the request was made. Check it and confirm.",
    ],
  ],
  "not-named": [
    [{ number: 42 }, undefined, "Only the member whom a token named in #42 can say so. Cancel it instead."],
  ],
  "not-canceller": [
    [{ number: 42 }, view, "You can't cancel #42. Dana or an admin can."],
    [{ number: 42 }, approved, "You can't cancel #42. Dana, a reviewer or an admin can."],
    [{ number: 42 }, failed, "You can't cancel #42. Dana, a reviewer or an admin can."],
    [{ number: 42 }, undefined, "You can't cancel #42. The requester or an admin can."],
  ],
  "reason-required": [
    [{}, undefined, "Say why you cancel it: everyone who was asked will see the reason."],
    [{ what: "attempt" }, undefined, "Say why you end it: everyone who was asked will see the reason."],
  ],
  "no-attempt": [
    [{ number: 42, why: "none" }, approved, "#42 has no attempt in progress: approved by Bob."],
    [{ number: 42, why: "none" }, undefined, "#42 has no attempt in progress."],
    [
      { number: 42, why: "another" },
      promoting,
      "The attempt that you saw has ended, and another one of #42 is in progress. To end that one, press End Attempt again.",
    ],
  ],
  "not-ender": [
    [{ number: 42 }, promoting, "You can't end the attempt of #42. Dana or an admin can."],
    [{ number: 42 }, undefined, "You can't end the attempt of #42. The requester or an admin can."],
  ],
  "not-cancellable": [
    [{ number: 42 }, promoting, "#42 can't be cancelled: promoting, started by Carol."],
    [{ number: 42 }, undefined, "#42 can't be cancelled any more."],
  ],
  "token-invalid": [
    [{ why: "unknown" }, undefined, "Nobody knows this token. Copy it anew, or ask an admin to make one."],
    [{ why: "revoked" }, undefined, "This token was revoked. Ask an admin to make another one."],
    [
      { why: "inactive", person: { id: "UADA", name: "Ada" }, status: "deactivated" },
      undefined,
      "Ada, who answers for this token, is no active full member any more. Ask an admin to make another one.",
    ],
  ],
  "token-scope": [
    [
      { scope: "builds:write", has: ["audit:read"] },
      undefined,
      "This token may not do that: it lacks builds:write. An admin can make one that may.",
    ],
  ],
  "token-project": [
    [
      {},
      undefined,
      "This token is for one project only, and not for this. An admin can make one for every project.",
    ],
  ],
};

const all = Object.entries(rows).flatMap(([code, some]) =>
  some.map(([facts, about, words]) => ({ refusal: { code, ...facts } as Refusal, about, words })),
);

describe("R13: why not, and who can", () => {
  test.each(all)("R13: $refusal.code: $words", ({ refusal, about, words }) => {
    expect(refusalWords(refusal, about)).toBe(words);
  });

  test("R13: every sentence begins like one, and none carries markup of ours", () => {
    for (const { words } of all) {
      expect(words).not.toMatch(/[<>&*_~`]/);
      for (const sentence of words.split(/(?<=\.) /)) expect(sentence).toMatch(/^[A-Z#\d].*\.$/);
    }
  });

  test("R13: a long list of reviewers names five and counts the rest", () => {
    const reviewers = Array.from({ length: 500 }, (_, i) => ({ id: `U${i}`, name: `R${i}` }));
    expect(refusalWords({ code: "not-reviewer", why: "role", number: 42 }, { ...view, reviewers })).toBe(
      "You are not a reviewer of Commerce. R0, R1, R2, R3, R4 and 495 others can.",
    );
  });
});

describe("hostile names", () => {
  const evil = "<!channel> & <https://x|y>\n\n*bold* \u202e👩‍👩‍👧‍👦 ";
  const name = fc.oneof(fc.string({ unit: "binary" }), fc.constant(evil), fc.constant(evil.repeat(50)));

  test("R13: whatever people and things are called, the words fit a message and nothing in them comes alive", () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), name, ({ refusal, about }, name) => {
        const words = refusalWords(renamed(refusal, name), about && renamed(about, name));
        expect(words.length).toBeLessThanOrEqual(1_000);
        expect(isHarmless(escaped(words))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  /** The same with every name, label and reason in it replaced. */
  function renamed<T>(value: T, name: string): T {
    const keys = ["name", "reason", "version", "source", "target", "roles", "workflowRoles"];
    const copy = JSON.stringify(value, (key, inner: unknown) => {
      if (!keys.includes(key)) return inner;
      if (Array.isArray(inner)) return inner.map(() => name);
      return typeof inner === "string" ? name : inner;
    });
    return JSON.parse(copy) as T;
  }
});

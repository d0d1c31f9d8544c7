import { describe, expect, test } from "vitest";
import { everyState, inDays, now, optionsWith, sampleRequest } from "../../../test/support/sample-request.ts";
import type { MemberFacts } from "../people/people.ts";
import { member } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import type { NotReviewer } from "../shared/refusals.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import type { GivenReview } from "./approvals.ts";
import type { PromotionRequest, StateName, Verdict } from "./request.ts";
import { type ReviewCase, review } from "./review.ts";

type Case = {
  request?: PromotionRequest;
  verdict?: Verdict;
  comment?: string;
  /** What this person gave before: a verdict and its comment. */
  before?: [Verdict, string];
  /** Why Bob may not review; by default he may. */
  why?: NotReviewer;
  options?: Partial<WorkflowOptions>;
  at?: Date;
  /** Every review with its giver; by default nothing has changed since the approvals were counted. */
  reviews?: GivenReview[];
  /** The bound facts that Bob was shown, and those of his earlier review; by default, the present ones. */
  shown?: string | null;
  beforeFor?: string;
};

const holding = [{ roleId: "reviewer", projectId: null }];

/** A member who may review unless `why` says otherwise. */
const giver = (id: string, why?: NotReviewer): MemberFacts => ({
  id,
  status: why === undefined || why === "self" || why === "role" || why === "assignee" ? "active" : why,
  holdings: why === "role" ? [] : holding,
});

const approvalOf = (id: string, fingerprint: string | null = "now", why?: NotReviewer): GivenReview => ({
  ...{ reviewerId: id, verdict: "approve" as const, comment: "" },
  ...{ fingerprint, giver: giver(id, why) },
});

/** Bob reviews. */
function judge(given: Case): ReturnType<typeof review> {
  const { request = sampleRequest(), verdict = "approve", comment = "", before, at = now } = given;
  const previous = before && {
    ...{ reviewerId: "UBOB", verdict: before[0], comment: before[1] },
    fingerprint: given.beforeFor ?? "now",
  };
  const seen: ReviewCase = {
    request: given.why === "self" ? { ...request, requesterId: "UBOB" } : request,
    fingerprint: "now",
    workflow: {
      ...{ version: 1, enabled: true, roleIds: ["reviewer"] },
      assigneeIds: given.why === "assignee" ? ["UCAROL"] : [],
      options: optionsWith(given.options),
    },
    reviewer: giver("UBOB", given.why),
    previous: previous ?? null,
    reviews: given.reviews ?? null,
  };
  return review(seen, { reviewerId: "UBOB", verdict, comment }, given.shown ?? null, at);
}

/** The outcome in short: "decided approved 1", "counted 1", "repeated", or the refusal's code. */
function shortly(given: Case): string {
  const judged = judge(given);
  if (!judged.ok) return judged.refusal.code;
  if (judged.value.kind === "repeated") return "repeated";
  const { kind, request } = judged.value;
  return [kind, request.decision?.outcome, request.approvals].filter((part) => part !== undefined).join(" ");
}

const withApprovals = (approvals: number): PromotionRequest => sampleRequest("pending", { approvals });

describe("R7: deciding", () => {
  test.each<[string, Case, string]>([
    ["one approval of one approves", {}, "decided approved 1"],
    ["the first of two is counted", { options: { requiredApprovals: 2 } }, "counted 1"],
    [
      "the second of two approves",
      { request: withApprovals(1), options: { requiredApprovals: 2 } },
      "decided approved 2",
    ],
    [
      "the second of three is counted",
      { request: withApprovals(1), options: { requiredApprovals: 3 } },
      "counted 2",
    ],
    ["one reject rejects", { verdict: "reject" }, "decided rejected 0"],
    [
      "one reject rejects, whatever was approved before",
      { request: withApprovals(2), verdict: "reject", options: { requiredApprovals: 3 } },
      "decided rejected 2",
    ],
    [
      "an approval replaced by a reject rejects",
      {
        request: withApprovals(1),
        before: ["approve", ""],
        verdict: "reject",
        options: { requiredApprovals: 2 },
      },
      "decided rejected 0",
    ],
    [
      "a second approval of the same person with other words is not counted twice",
      {
        request: withApprovals(1),
        before: ["approve", ""],
        comment: "Checked",
        options: { requiredApprovals: 2 },
      },
      "counted 1",
    ],
    [
      "approvals lowered meanwhile: the next review decides",
      { request: withApprovals(2), options: { requiredApprovals: 1 } },
      "decided approved 3",
    ],
    [
      "approvals lowered meanwhile: whoever approved before decides by approving again",
      { request: withApprovals(1), before: ["approve", ""], options: { requiredApprovals: 1 } },
      "decided approved 1",
    ],
    [
      "approvals raised meanwhile: those given stay counted",
      { request: withApprovals(1), options: { requiredApprovals: 3 } },
      "counted 2",
    ],
  ])("R7: %s", (_, given, outcome) => {
    expect(shortly(given)).toBe(outcome);
  });
});

describe("R7: comments, and what is written down", () => {
  test.each<[string, Case, string]>([
    ["no comment on Reject", { verdict: "reject" }, "comment-required"],
    ["only blanks on Reject", { verdict: "reject", comment: " \n\t" }, "comment-required"],
    ["a comment on Reject", { verdict: "reject", comment: "No" }, "decided rejected 0"],
    ["no comment on Approve", { verdict: "approve" }, "decided approved 1"],
  ])("R7: where the workflow asks for a comment: %s", (_, given, outcome) => {
    expect(shortly({ ...given, options: { commentOnReject: true } })).toBe(outcome);
  });

  test.each<[string, string, string]>([
    ["as long as allowed", "x".repeat(limits.comment), "decided approved 1"],
    ["with blanks around it that do not count", ` ${"x".repeat(limits.comment)}\n`, "decided approved 1"],
    ["one character too long", "x".repeat(limits.comment + 1), "text-too-long"],
  ])("R7: a comment %s", (_, comment, outcome) => {
    expect(shortly({ comment })).toBe(outcome);
  });

  test("R7, R11: what an approval writes down", () => {
    const request = withApprovals(0);
    expect(judge({ request, options: { unfinishedDays: 3 } })).toEqual({
      ok: true,
      value: {
        kind: "decided",
        request: {
          ...request,
          version: request.version + 1,
          approvals: 1,
          decision: { outcome: "approved", at: now, by: member("UBOB") },
          state: { name: "approved", expiresAt: inDays(3) },
        },
      },
    });
  });

  test("R7: what a rejection writes down", () => {
    const request = withApprovals(0);
    expect(judge({ request, verdict: "reject" })).toMatchObject({
      value: {
        request: {
          version: request.version + 1,
          decision: { outcome: "rejected", at: now, by: member("UBOB") },
          state: { name: "rejected" },
        },
      },
    });
  });

  test("R7: an approval that does not decide changes the count and the version, and nothing else", () => {
    const request = withApprovals(0);
    expect(judge({ request, options: { requiredApprovals: 2 } })).toMatchObject({
      value: { request: { ...request, approvals: 1, version: request.version + 1 } },
    });
  });
});

describe("R4, R5: only who may review", () => {
  test.each(["self", "role", "assignee", "deactivated", "guest", "bot", "stranger"] as const)(
    "R4, R5: %s: refused with the reason",
    (why) => {
      const refusal = { code: "not-reviewer", why, number: 42 };
      expect(judge({ why })).toEqual({ ok: false, refusal });
      expect(judge({ verdict: "reject", why })).toEqual({ ok: false, refusal });
    },
  );

  test("R4: who lost the role hears that, even when they approved before", () => {
    const given = { before: ["approve", ""], why: "role", request: withApprovals(1) } satisfies Case;
    expect(shortly({ ...given, options: { requiredApprovals: 2 } })).toBe("not-reviewer");
  });
});

describe("R4, R7: the approvals that count now", () => {
  const of3 = { options: { requiredApprovals: 3 }, request: withApprovals(2) } satisfies Case;

  test.each<[string, Case, string]>([
    [
      "everybody who approved may still review",
      { reviews: [approvalOf("UCAROL"), approvalOf("UDAVE")] },
      "decided approved 3",
    ],
    ...(["role", "deactivated", "guest", "bot", "stranger"] as const).map((why): [string, Case, string] => [
      `one may no longer review (${why})`,
      { reviews: [approvalOf("UCAROL", "now", why), approvalOf("UDAVE")] },
      "counted 2",
    ]),
    ["one is no assignee", { why: "assignee", reviews: [approvalOf("UDAVE")] }, "not-reviewer"],
    ["one of them requested it", { reviews: [approvalOf("UDANA"), approvalOf("UDAVE")] }, "counted 2"],
    [
      "one was given for other facts",
      { reviews: [approvalOf("UCAROL", "then"), approvalOf("UDAVE")] },
      "counted 2",
    ],
    [
      "one was stored without facts",
      { reviews: [approvalOf("UCAROL", null), approvalOf("UDAVE")] },
      "decided approved 3",
    ],
    [
      "one rejected instead",
      { reviews: [{ ...approvalOf("UCAROL"), verdict: "reject" }, approvalOf("UDAVE")] },
      "counted 2",
    ],
    [
      "one's own earlier approval is counted once",
      { before: ["approve", ""], reviews: [approvalOf("UBOB"), approvalOf("UCAROL")], comment: "Checked" },
      "counted 2",
    ],
    ["nothing has changed since they were counted", {}, "decided approved 3"],
    ["nothing has changed, and one's own is among them", { before: ["approve", ""] }, "repeated"],
  ])("R4, R7: of three that are required, two were given: %s", (_, given, outcome) => {
    expect(shortly({ ...of3, ...given })).toBe(outcome);
  });

  test("R7: one's own approval of other facts does not count, and is given again", () => {
    const given = {
      before: ["approve", ""],
      beforeFor: "then",
      reviews: [approvalOf("UBOB", "then")],
    } satisfies Case;
    expect(shortly({ ...given, options: { requiredApprovals: 2 } })).toBe("counted 1");
    expect(shortly(given)).toBe("decided approved 1");
  });

  test("R4: a policy that was lowered does not decide, and the next Approve does, whoever gives it", () => {
    const reviews = [approvalOf("UBOB"), approvalOf("UCAROL")];
    const lowered = { request: withApprovals(2), reviews, options: { requiredApprovals: 2 } } satisfies Case;
    expect(shortly({ ...lowered, before: ["approve", ""] })).toBe("decided approved 2");
  });

  test.each(["approve", "reject"] as const)(
    "R7: %s of what was shown before it changed decides nothing",
    (verdict) => {
      expect(judge({ verdict, shown: "then", comment: "x" })).toEqual({
        ok: false,
        refusal: { code: "request-changed", number: 42 },
      });
      expect(shortly({ verdict, shown: "now" })).toMatch(/^decided/);
    },
  );

  test("R7, R8: who is late, or may not review, learns that first", () => {
    expect(shortly({ shown: "then", request: sampleRequest("rejected") })).toBe("already-decided");
    expect(shortly({ shown: "then", why: "role" })).toBe("not-reviewer");
  });
});

describe("R8: the first one wins", () => {
  const decided: StateName[] = ["approved", "promoting", "promoted", "failed"];

  test.each(everyState.filter((name) => name !== "pending"))(
    "R8: a new review of a request that is %s",
    (name) => {
      const undecided = name === "cancelled" || name === "expired";
      const code = undecided ? "not-pending" : "already-decided";
      expect(judge({ request: sampleRequest(name) })).toEqual({ ok: false, refusal: { code, number: 42 } });
      expect(shortly({ request: sampleRequest(name), verdict: "reject" })).toBe(code);
    },
  );

  test.each<[string, Case, string]>([
    ["one's own approval, once more", { before: ["approve", "Fine"] }, "repeated"],
    [
      "one's own approval, with the same words",
      { before: ["approve", "Fine"], comment: " Fine " },
      "repeated",
    ],
    ["one's own approval, with other words", { before: ["approve", ""], comment: "Fine" }, "already-decided"],
    ["a reject after one's own approval", { before: ["approve", ""], verdict: "reject" }, "already-decided"],
    ["an approval after one's own reject", { before: ["reject", "No"] }, "already-decided"],
  ])("R8: after the approval: %s", (_, given, outcome) => {
    for (const name of decided) {
      expect([name, shortly({ ...given, request: sampleRequest(name) })]).toEqual([name, outcome]);
    }
  });

  test.each<[string, Case, string]>([
    ["one's own reject, once more", { before: ["reject", "No"], verdict: "reject" }, "repeated"],
    ["one's own approval, which did not decide", { before: ["approve", ""] }, "already-decided"],
  ])("R8: after the rejection: %s", (_, given, outcome) => {
    const options = { commentOnReject: true };
    expect(shortly({ ...given, options, request: sampleRequest("rejected") })).toBe(outcome);
  });

  test.each<[string, Case, string]>([
    ["without words", {}, "repeated"],
    ["with the same words", { comment: "Fine" }, "repeated"],
    ["with other words", { comment: "Checked" }, "counted 1"],
  ])("R8: while it is pending, one's own approval once more, %s", (_, given, outcome) => {
    const options = { requiredApprovals: 2 };
    expect(shortly({ ...given, before: ["approve", "Fine"], request: withApprovals(1), options })).toBe(
      outcome,
    );
  });

  test("R8: who is late learns what was decided before anything about their own right or text", () => {
    const given = { request: sampleRequest("rejected"), comment: "x".repeat(9_999), why: "role" } as const;
    expect(shortly(given)).toBe("already-decided");
  });
});

describe("R11: expired at the very instant", () => {
  test.each([
    ["a millisecond before", inDays(1, -1), "decided approved 1"],
    ["at the instant", inDays(1), "not-pending"],
    ["long after", inDays(30), "not-pending"],
  ])("R11: %s", (_, at, outcome) => {
    expect(shortly({ at })).toBe(outcome);
  });
});

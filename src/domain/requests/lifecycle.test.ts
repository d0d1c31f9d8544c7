import fc from "fast-check";
import { expect, test } from "vitest";
import {
  everyState,
  now,
  optionsWith,
  sampleRequest,
  sampleStates,
} from "../../../test/support/sample-request.ts";
import { member } from "../shared/actor.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import { cancel, replace, replaceable } from "./cancel.ts";
import type { Situation } from "./drift.ts";
import { type AttemptEnd, beginAttempt, endAttempt } from "./promote.ts";
import { expiry, move, type PromotionRequest, type StateName, stateAt, type Verdict } from "./request.ts";
import { type Review, type ReviewCase, review } from "./review.ts";

// A random walk over a request: anybody does anything at any time, and what the rules say must hold after each step.

/** The transitions as docs/rules.md draws them, written a second time. */
const arrows = [
  "pending → approved",
  "pending → rejected",
  "pending → cancelled",
  "pending → expired",
  "approved → promoting",
  "approved → cancelled",
  "approved → expired",
  "promoting → promoted",
  "promoting → failed",
  "failed → promoting",
  "failed → promoted",
  "failed → cancelled",
  "failed → expired",
];
const hour = 3_600_000;
const holdings = [{ roleId: "r", projectId: null }];
const final: StateName[] = ["rejected", "cancelled", "expired", "promoted"];

/** What one walk has come to: the request as stored, and what happened to it. */
type Walk = {
  at: Date;
  request: PromotionRequest;
  reviews: Map<string, Review>;
  /** Everyone whose current review approves. */
  approvers: Set<string>;
  attempts: string[];
};

type Step = (walk: Walk) => void;

const person = fc.constantFrom("UANN", "UBOB", "UCAROL", "UFINN");
const options = fc
  .record<Partial<WorkflowOptions>>({
    requiredApprovals: fc.integer({ min: 1, max: 3 }),
    commentOnReject: fc.boolean(),
    pendingDays: fc.integer({ min: 1, max: 4 }),
    unfinishedDays: fc.integer({ min: 1, max: 4 }),
  })
  .map(optionsWith);
const words = fc.constantFrom("", "", "Fine", "Hm", " ");
const mostly = fc.nat({ max: 4 }).map((n) => n > 0);
const verdict = fc.constantFrom<Verdict>("approve", "approve", "approve", "approve", "reject");

const give = fc.record({ reviewerId: person, verdict, comment: words, options, may: mostly }).map(
  ({ may, options, ...given }): Step =>
    (walk) => {
      const { reviewerId } = given;
      const earlier = walk.reviews.get(reviewerId);
      const seen: ReviewCase = {
        ...{ request: walk.request, fingerprint: "f", reviews: null },
        workflow: { version: 1, enabled: true, roleIds: ["r"], assigneeIds: [], options },
        reviewer: { id: reviewerId, status: may ? "active" : "guest", holdings },
        previous: earlier === undefined ? null : { ...earlier, fingerprint: "f" },
      };
      const judged = review(seen, given, null, walk.at);
      if (!judged.ok || judged.value.kind === "repeated") return;
      expect(may).toBe(true);
      walk.reviews.set(reviewerId, { ...given, comment: given.comment.trim() });
      if (given.verdict === "approve") walk.approvers.add(reviewerId);
      else walk.approvers.delete(reviewerId);
      walk.request = judged.value.request;
      const enough = walk.approvers.size >= options.requiredApprovals;
      const decides = given.verdict === "reject" || enough;
      expect(judged.value.kind).toBe(decides ? "decided" : "counted");
    },
);

const giveUp = fc
  .record({
    by: fc.oneof(person, fc.constant("UDANA")),
    admin: fc.boolean(),
    reviewer: fc.boolean(),
    reason: words,
  })
  .map(({ by, reason, ...facts }): Step => {
    const rights = { ...facts, mayRequest: true, requesterDeactivated: false };
    return (walk) => {
      const cancelled = cancel(walk.request, member(by), rights, reason, walk.at);
      if (cancelled.ok) walk.request = cancelled.value;
    };
  });

const takePlace = fc.constantFrom("b2", "b2", "b3", null).map(
  (live): Step =>
    (walk) => {
      if (replaceable(walk.request, live, walk.at)) {
        walk.request = replace(walk.request, member("UEVE"), 43, walk.at);
      }
    },
);

const begin = fc
  .record<Situation & { confirms: boolean }>({
    sourceBuildId: fc.constantFrom("b2", "b2", "b3", null),
    targetBuildId: fc.constantFrom("b1", "b1", "b2", null),
    runningDeploymentId: fc.constantFrom(null, null, "d9"),
    confirms: fc.boolean(),
  })
  .map(
    ({ confirms, ...situation }): Step =>
      (walk) => {
        const id = `d${walk.attempts.length}`;
        let begun = beginAttempt(walk.request, situation, null, id, walk.at);
        if (!begun.ok && begun.refusal.code === "must-confirm" && confirms) {
          begun = beginAttempt(walk.request, situation, begun.refusal.shown, id, walk.at);
          expect(begun.ok).toBe(true);
        }
        if (!begun.ok) return;
        walk.attempts.push(id);
        walk.request = begun.value;
      },
  );

/** A report of any attempt, in time, late or once more; most of them of the last one. */
const end = fc
  .record({
    back: fc.constantFrom(1, 1, 1, 2, 3),
    status: fc.constantFrom<AttemptEnd["status"]>("succeeded", "failed", "failed", "unknown"),
    options,
  })
  .map(({ back, status, options }): Step => {
    const report: AttemptEnd = status === "succeeded" ? { status } : { status, reason: null };
    return (walk) => {
      const id = walk.attempts.at(-back);
      if (id === undefined) return;
      const ended = endAttempt(walk.request, id, report, options, walk.at);
      if (ended === null) return;
      expect(id).toBe(walk.attempts.at(-1));
      walk.request = ended;
    };
  });

const wait = fc.constantFrom(1, 60_000, 6 * hour, 24 * hour, 72 * hour).map(
  (ms): Step =>
    (walk) => {
      walk.at = new Date(walk.at.getTime() + ms);
    },
);

/** The scheduled job writes down what has expired. */
const writeDown = fc.constant<Step>((walk) => {
  const state = stateAt(walk.request.state, walk.at);
  if (state !== walk.request.state) walk.request = move(walk.request, state);
});

const steps = fc.array(
  fc.oneof(
    { arbitrary: give, weight: 6 },
    { arbitrary: begin, weight: 5 },
    { arbitrary: end, weight: 5 },
    { arbitrary: wait, weight: 2 },
    { arbitrary: writeDown, weight: 1 },
    { arbitrary: giveUp, weight: 1 },
    { arbitrary: takePlace, weight: 1 },
  ),
  { minLength: 1, maxLength: 30, size: "max" },
);

function start(options: WorkflowOptions): Walk {
  const state = { name: "pending", expiresAt: expiry("pending", options, now) } as const;
  const request = sampleRequest(state, { version: 1, createdAt: now });
  return { at: now, request, reviews: new Map(), approvers: new Set(), attempts: [] };
}

type Seen = { request: PromotionRequest; name: StateName };

const see = ({ request, at }: Walk): Seen => ({ request, name: stateAt(request.state, at).name });

function holds(before: Seen, after: Seen, walk: Walk, taken: Set<string>): void {
  const [was, is] = [before.request, after.request];
  if (before.name !== after.name) {
    expect(arrows).toContain(`${before.name} → ${after.name}`);
    taken.add(`${before.name} → ${after.name}`);
  }
  if (was !== is) expect(is.version).toBe(was.version + 1);
  if (final.includes(before.name)) {
    expect(after.name).toBe(before.name);
    // Expiry is only written down; nothing else of a closed request changes.
    const { state, version, ...rest } = is;
    expect(rest).toEqual({ ...was, state: undefined, version: undefined });
    if (final.includes(was.state.name)) expect(is).toBe(was);
  }
  if (was.decision !== null) expect(is.decision).toBe(was.decision);
  expect(is.approvals).toBe(walk.approvers.size);
  const outcome = is.decision?.outcome ?? null;
  if (["approved", "promoting", "promoted", "failed"].includes(is.state.name))
    expect(outcome).toBe("approved");
  if (is.state.name === "pending") expect(outcome).toBeNull();
  expect(outcome === "rejected").toBe(is.state.name === "rejected");
  expect([is.buildId, is.targetBuildId, is.requesterId]).toEqual(["b2", "b1", "UDANA"]);
  if (is.state.name === "promoted") expect(is.state.deploymentId).toBe(walk.attempts.at(-1));
}

test("R7, R8, R9, R11: whatever happens to a request, in whatever order, its rules hold", () => {
  const taken = new Set<string>();
  fc.assert(
    fc.property(options, steps, (options, all) => {
      const walk = start(options);
      for (const step of all) {
        const before = see(walk);
        step(walk);
        holds(before, see(walk), walk, taken);
      }
    }),
    { numRuns: 2_000 },
  );
  expect([...taken].sort()).toEqual([...arrows].sort());
});

test("every state of the design is on one of the arrows", () => {
  const named = new Set(arrows.flatMap((arrow) => arrow.split(" → ")));
  expect([...named].sort()).toEqual([...everyState].sort());
  expect(Object.keys(sampleStates)).toEqual(everyState);
});

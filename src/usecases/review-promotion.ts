import { randomUUID } from "node:crypto";
import type { Tx } from "../../db/connect.ts";
import * as members from "../../db/members.ts";
import * as requests from "../../db/requests.ts";
import * as reviews from "../../db/reviews.ts";
import * as workflows from "../../db/workflow.ts";
import { member, type Surface } from "../domain/actor.ts";
import { reviewEligibility } from "../domain/eligibility.ts";
import type { MemberId } from "../domain/people.ts";
import { requesters, type Verdict } from "../domain/request.ts";
import { accept, type Result, refuse } from "../domain/result.ts";
import { type Reviewed, review } from "../domain/review.ts";
import { type Context, commit } from "./context.ts";
import { expireIfDue } from "./expire-request.ts";
import { recordChange } from "./record-change.ts";

export type ReviewPromotion = {
  organizationId: string;
  number: number;
  /** Only people review: a token or the system never does. */
  reviewerId: MemberId;
  verdict: Verdict;
  comment: string;
  surface: Surface;
};

/**
 * R7, R8: gives one person's review. The request's row is locked before anything is counted, so that of two at once the
 * first one decides and the later one is told.
 *
 * Refuses `not-found`, `already-decided`, `not-pending`, `not-reviewer`, `comment-required`, `text-too-long`.
 */
export async function reviewPromotion(
  context: Context,
  input: ReviewPromotion,
): Promise<Result<{ outcome: Reviewed["kind"] }>> {
  const { organizationId, number, reviewerId, verdict } = input;
  return commit<{ outcome: Reviewed["kind"] }>(context, async (tx, now) => {
    const locked = await requests.lock(tx, organizationId, number);
    if (locked === undefined) return refuse({ code: "not-found", what: "request" });
    const request = await expireIfDue(tx, locked, now);
    const [workflow, facts, previous] = await Promise.all([
      workflows.current(tx, organizationId),
      members.facts(tx, organizationId, reviewerId),
      reviews.findOf(tx, organizationId, number, reviewerId),
    ]);
    const known = facts ?? { id: reviewerId, standing: "stranger" as const, holdings: [] };
    const asked = { projectId: request.projectId, requesters: requesters(request) };
    const eligibility = reviewEligibility(known, asked, workflow);
    const given = { reviewerId, verdict, comment: input.comment.trim() };
    const judged = review(request, given, previous ?? null, eligibility, workflow.options, now);
    if (!judged.ok) return judged;
    if (judged.value.kind === "repeated") return accept({ outcome: "repeated" });
    await save(tx, input, workflow.version, previous !== undefined, now);
    const after = judged.value.request;
    await requests.save(tx, after);
    await recordChange(tx, request, after, {
      event: eventOf(judged.value.kind, verdict),
      actor: member(reviewerId),
      surface: input.surface,
      at: now,
      facts: { review: { verdict, comment: given.comment, replaces: previous ?? null } },
    });
    return accept({ outcome: judged.value.kind });
  });
}

function eventOf(kind: "counted" | "decided", verdict: Verdict): "reviewed" | "approved" | "rejected" {
  if (kind === "counted") return "reviewed";
  return verdict === "approve" ? "approved" : "rejected";
}

async function save(
  tx: Tx,
  input: ReviewPromotion,
  workflowVersion: number,
  replaces: boolean,
  at: Date,
): Promise<void> {
  const { organizationId, number, reviewerId, verdict, surface } = input;
  const stored = {
    organizationId,
    id: randomUUID(),
    requestNumber: number,
    reviewerId,
    verdict,
    comment: input.comment.trim(),
    workflowVersion,
    surface,
    at,
  };
  await reviews.add(tx, stored, replaces);
}

import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as decisions from "../../../db/requests/decisions.ts";
import * as requests from "../../../db/requests/requests.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Verdict } from "../../domain/requests/request.ts";
import { type Reviewed, review } from "../../domain/requests/review.ts";
import { checkOrigin, type Shown } from "../../domain/requests/shown.ts";
import { member, type Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { toStored } from "../../outbox/add-items.ts";
import { type Context, commit, commitAtOnce } from "../shared/context.ts";
import { oneAtATime } from "../shared/one-at-a-time.ts";
import { recordsOf } from "./record-change.ts";

export type ReviewPromotion = {
  organizationId: string;
  number: number;
  /** Only people review, never a token or the system. */
  reviewerId: MemberId;
  verdict: Verdict;
  comment: string;
  surface: Surface;
  /** Identifies the bound facts that the person saw; null for a button of the previous version, which says none. */
  shown: string | null;
  /** What has the button or dialog that the person used. */
  from?: Pick<Shown, "origin" | "postedAt">;
};

type Outcome = { outcome: Reviewed["kind"] };

/**
 * R4, R7, R8: gives one person's review. Reads and judges the request without a lock, and writes the review in one
 * statement that requires the request and the rules to have the versions that were read. If either has changed, reads and
 * judges again under their locks. Of two concurrent reviews the first one decides, and the other person learns that.
 *
 * @returns whether the review was counted, decided the request, or repeated an earlier one
 *
 * Refuses `not-found`, `unknown-card`, `already-decided`, `not-pending`, `not-reviewer`, `request-changed`,
 * `comment-required`, `text-too-long`.
 */
export function reviewPromotion(context: Context, input: ReviewPromotion): Promise<Result<Outcome>> {
  const { organizationId, number } = input;
  return oneAtATime(`${organizationId} ${number}`, () => readAndReview(context, input));
}

async function readAndReview(context: Context, input: ReviewPromotion): Promise<Result<Outcome>> {
  const { organizationId, number, reviewerId, from } = input;
  const now = context.now();
  const seen = await decisions.readCase(context.db, organizationId, number, reviewerId, from?.origin ?? null);
  const judged = judge(input, seen, now);
  if (!judged.ok) return judged;
  const { outcome, decided } = judged.value;
  if (decided === null) return accept({ outcome });
  if (await commitAtOnce(context, () => decisions.writeDecision(context.db, decided))) {
    return accept({ outcome });
  }
  return commit<Outcome>(context, (tx, at) => reviewLocked(tx, input, at));
}

/** Reviews a locked request under rules that cannot change meanwhile. */
async function reviewLocked(tx: Tx, input: ReviewPromotion, now: Date): Promise<Result<Outcome>> {
  const { organizationId, number, reviewerId, from } = input;
  // A statement sees the data from when it started, so the read must start after the locks are held.
  await requests.lock(tx, organizationId, number);
  await decisions.holdRules(tx, organizationId);
  const seen = await decisions.readCase(tx, organizationId, number, reviewerId, from?.origin ?? null);
  const judged = judge(input, seen, now);
  if (!judged.ok) return judged;
  const { outcome, decided } = judged.value;
  if (decided === null) return accept({ outcome });
  if (!(await decisions.writeDecision(tx, decided)))
    throw new Error(`#${number} changed while it was locked`);
  return accept({ outcome });
}

/** `decided` is null if there is nothing to write: it repeats the person's earlier review. */
type Judged = { outcome: Reviewed["kind"]; decided: decisions.Decided | null };

/** Applies the rules, and returns the rows to write. Refuses the same as `reviewPromotion`. */
function judge(input: ReviewPromotion, seen: decisions.Case | undefined, now: Date): Result<Judged> {
  if (seen === undefined) return refuse({ code: "not-found", what: "request" });
  const { request, workflow, fingerprint, facts, factsVersion, rules, previous } = seen;
  const { reviewerId, verdict, surface } = input;
  const from = { origin: input.from?.origin ?? null, postedAt: input.from?.postedAt ?? null };
  const origin = checkOrigin(request.number, from, { known: seen.known, createdAt: request.createdAt });
  if (!origin.ok) return origin;
  const given = { reviewerId, verdict, comment: input.comment.trim() };
  const judged = review(seen, given, input.shown, now);
  if (!judged.ok) return judged;
  const outcome = judged.value.kind;
  if (judged.value.kind === "repeated") return accept({ outcome, decided: null });
  const after = judged.value.request;
  const { entry, item } = recordsOf(request, after, {
    event: eventOf(judged.value.kind, verdict),
    ...{ actor: member(reviewerId), surface, at: now },
    facts: { review: { verdict, comment: given.comment, fingerprint, replaces: previous } },
  });
  const stored = { ...given, id: randomUUID(), workflowVersion: workflow.version, surface, at: now };
  const decided = {
    judged: { version: request.version, rules, fingerprint, facts, factsVersion },
    request: after,
    review: stored,
    replaces: previous !== null,
    entry,
    item: toStored(item),
  };
  return accept({ outcome, decided });
}

function eventOf(kind: "counted" | "decided", verdict: Verdict): "reviewed" | "approved" | "rejected" {
  if (kind === "counted") return "reviewed";
  return verdict === "approve" ? "approved" : "rejected";
}

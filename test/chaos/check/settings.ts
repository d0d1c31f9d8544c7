import type { ChaosWorld } from "../run/world.ts";
import { requestersOf } from "../stories/requesters.ts";
import { type Held, judgedWithinMs, mayReview } from "../stories/settings-history.ts";
import type { AuditRow, Facts } from "./facts.ts";

type Judging = {
  admin: Pick<ChaosWorld["admin"], "history">;
  renames: Pick<ChaosWorld["renames"], "wasRenamed" | "mayBeRenamed">;
  isMixed: boolean;
};

/** Checks R1, R4, R5, and R7: the settings of the moment applied to every request and review. */
export function checkJudged(world: Judging, facts: Facts): string[] {
  const { admin } = world;
  const faults: string[] = [];
  const at = (moment: Date) => admin.history.between(moment.getTime(), moment.getTime() + judgedWithinMs);
  for (const request of facts.requests) {
    const say = (what: string) => faults.push(`#${request.number}: ${what}`);
    const rows = facts.audit.filter(({ subject }) => subject === `request:${request.number}`);
    const gated = rows[0]?.after.state.name === "pending";
    if (!at(request.createdAt).some(({ enabled }) => enabled === gated))
      say(
        `was ${gated ? "held for review while" : "promoted with no review, and"} the workflow was ${gated ? "off" : "on"}`,
      );
    for (const row of rows) {
      checkReview(facts, request, row, at(row.at), say);
      if (row.after.review?.verdict === "approve") checkCounted(world, rows, request, row, say);
    }
  }
  return faults;
}

/** Checks the review that a row of the audit log holds, if any, against the settings of its moment. */
function checkReview(
  { reviews }: Facts,
  request: Facts["requests"][number],
  row: AuditRow,
  settings: readonly Held[],
  say: (what: string) => void,
): void {
  const reviewerId = row.after.review && row.actor.kind === "member" ? row.actor.memberId : undefined;
  if (reviewerId === undefined) return;
  const { number } = request;
  const { workflowVersion } =
    reviews.find(
      (one) =>
        one.requestNumber === number &&
        one.reviewerId === reviewerId &&
        one.at.getTime() === row.at.getTime(),
    ) ?? {};
  const judging = settings.filter(({ workflow }) => workflow === workflowVersion);
  if (judging.length === 0)
    say(`${reviewerId} was judged by version ${workflowVersion}, which did not hold then`);
  else if (!judging.some((held) => mayReview(held, reviewerId, requestersOf(request))))
    say(`${reviewerId} reviewed it, who could not at that moment`);
  else if (!judging.some((held) => isRightly(held, row)))
    say(`${row.action} with ${row.after.approvals} approvals, by version ${workflowVersion}`);
}

/**
 * Checks R4 and R7: a row counts the approvals of those who may review at that moment, for the facts of that moment. During a
 * change, either may hold. The previous version counts what was given.
 */
function checkCounted(
  { admin, renames, isMixed }: Judging,
  rows: readonly AuditRow[],
  request: Facts["requests"][number],
  { at, after }: AuditRow,
  say: (what: string) => void,
): void {
  if (isMixed) return;
  const { integrationId } = request;
  const moment = at.getTime();
  const late = moment + judgedWithinMs;
  const given = approvalsUntil(rows, after.version);
  const requesters = requestersOf(request);
  const { history } = admin;
  const possible = given.filter(
    ({ reviewerId, at: givenAt }) =>
      history.couldReview(reviewerId, requesters, moment, late) &&
      !renames.wasRenamed(integrationId, givenAt.getTime() + judgedWithinMs, moment),
  );
  const certain = given.filter(
    ({ reviewerId, at: givenAt }) =>
      history.couldAlwaysReview(reviewerId, requesters, moment, late) &&
      !renames.mayBeRenamed(integrationId, givenAt.getTime(), late),
  );
  if (after.approvals < certain.length || after.approvals > possible.length)
    say(`counts ${after.approvals} approvals, and ${certain.length} to ${possible.length} do`);
}

/** Returns the approvals given up to a version and not replaced by then. Two processes may take their times in another order. */
function approvalsUntil(rows: readonly AuditRow[], version: number): { reviewerId: string; at: Date }[] {
  const given = new Map<string, { reviewerId: string; at: Date; verdict: string }>();
  for (const { actor, at, after } of rows) {
    if (after.review === undefined || actor.kind !== "member" || after.version > version) continue;
    given.set(actor.memberId, { reviewerId: actor.memberId, at, verdict: after.review.verdict });
  }
  return [...given.values()].filter(({ verdict }) => verdict === "approve");
}

/** Checks R7: approved by exactly the number of approvals needed at that moment; rejected by one Reject. */
function isRightly({ requiredApprovals }: Held, { action, after }: AuditRow): boolean {
  if (after.review?.verdict === "reject") return action === "request.rejected";
  return action === (after.approvals >= requiredApprovals ? "request.approved" : "request.reviewed");
}

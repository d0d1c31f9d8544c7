import type { ChaosWorld } from "../run/world.ts";
import { type Held, judgedWithinMs, mayReview } from "../stories/settings-history.ts";
import type { AuditRow, Facts } from "./facts.ts";

type Judging = { admin: Pick<ChaosWorld["admin"], "history"> };

/** Checks R1, R4, R5, and R7: the settings of the moment applied to every request and review. */
export function checkJudged({ admin }: Judging, facts: Facts): string[] {
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
      const reviewerId = row.after.review && row.actor.kind === "member" ? row.actor.memberId : undefined;
      if (reviewerId === undefined) continue;
      const { workflowVersion } =
        facts.reviews.find(
          (one) =>
            one.requestNumber === request.number &&
            one.reviewerId === reviewerId &&
            one.at.getTime() === row.at.getTime(),
        ) ?? {};
      const by = at(row.at).filter(({ workflow }) => workflow === workflowVersion);
      if (by.length === 0)
        say(`${reviewerId} was judged by version ${workflowVersion}, which did not hold then`);
      else if (!by.some((settings) => mayReview(settings, reviewerId, request.requesterId)))
        say(`${reviewerId} reviewed it, who could not at that moment`);
      else if (!by.some((settings) => isRightly(settings, row)))
        say(`${row.action} with ${row.after.approvals} approvals, by version ${workflowVersion}`);
    }
  }
  return faults;
}

/** Checks R7: approved by exactly the number of approvals needed at that moment; rejected by one Reject. */
function isRightly({ requiredApprovals }: Held, { action, after }: AuditRow): boolean {
  if (after.review?.verdict === "reject") return action === "request.rejected";
  return action === (after.approvals >= requiredApprovals ? "request.approved" : "request.reviewed");
}

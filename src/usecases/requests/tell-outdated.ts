import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import { findBound, findKept } from "../../../db/requests/bound-facts.ts";
import type { StoredReview } from "../../../db/requests/reviews.ts";
import { changedFacts } from "../../domain/requests/bound-facts.ts";
import { noticesOfOutdated, type OutdatedApproval } from "../../domain/requests/notices.ts";
import { keyOf, type PromotionRequest } from "../../domain/requests/request.ts";
import { addItems } from "../../outbox/add-items.ts";

/**
 * R7: tells the people whose approvals no longer count because a bound fact changed, and the requester. Safe to repeat:
 * everybody is told once of the approvals for the same facts.
 */
export async function tellOutdated(
  tx: Tx,
  request: PromotionRequest,
  given: readonly StoredReview[],
): Promise<void> {
  const { organizationId, number, requesterId, version } = request;
  const approvals = given.flatMap(({ verdict, reviewerId, fingerprint }): OutdatedApproval[] =>
    verdict === "approve" && fingerprint !== null ? [{ reviewerId, fingerprint }] : [],
  );
  if (request.state.name !== "pending" || approvals.length === 0) return;
  const bound = await findBound(tx, request);
  const outdated = approvals.filter(({ fingerprint }) => fingerprint !== bound.fingerprint);
  if (outdated.length === 0) return;
  const kept = await findKept(tx, organizationId, number);
  const changes = kept.facts === null ? [] : changedFacts(kept.facts, bound.facts);
  const notices = noticesOfOutdated(outdated, requesterId);
  const people = await members.findMany(
    tx,
    organizationId,
    notices.map(({ recipientId }) => recipientId),
  );
  const active = notices.filter(({ recipientId }) => people.get(recipientId)?.status === "active");
  await addItems(
    tx,
    active.map(({ recipientId, channel, fingerprint }) => ({
      organizationId,
      kind: `send-${channel}`,
      payload: {
        ...{ number, event: "outdated" as const, recipientId, outdated: fingerprint },
        // If somebody has approved it since, the request keeps newer facts, and these changes would be wrong.
        ...(fingerprint === kept.fingerprint && { changes }),
      },
      keyFacts: { version, request: keyOf(request), change: fingerprint },
      ...{ requestNumber: number, recipientId },
    })),
  );
}

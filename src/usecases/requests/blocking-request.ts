import type { Tx } from "../../../db/connection/connect.ts";
import * as requests from "../../../db/requests/requests.ts";
import { replace, replaceable } from "../../domain/requests/cancel.ts";
import { isOpen, type PromotionRequest } from "../../domain/requests/request.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { expireIfDue } from "./expire-request.ts";
import { recordChange } from "./record-change.ts";
import type { RequestPromotion, Submission } from "./submission.ts";

/**
 * The open request for the same integration and target. `none`: there was none. `closed`: there was one, and it was
 * closed before this transaction could lock it.
 */
export type BlockingRequest = "none" | "closed" | PromotionRequest;

/** R3, R11: locks the open request for the same integration and target; expires it here if it is overdue. */
export async function lockBlockingRequest(
  tx: Tx,
  { organizationId, integrationId, targetId }: RequestPromotion,
  now: Date,
): Promise<BlockingRequest> {
  const open = await requests.findOpen(tx, organizationId, integrationId, targetId);
  if (open === undefined) return "none";
  const locked = await requests.lock(tx, organizationId, open.number);
  const current = locked && (await expireIfDue(tx, locked, now));
  return current !== undefined && isOpen(current.state) ? current : "closed";
}

/**
 * R3: cancels the blocking request if the new one is to replace it. Returns the number of the request that was replaced;
 * null if there was none.
 *
 * @param liveBuildId the build that the step would promote; null if there is none
 *
 * Refuses `open-request`, `not-replaceable`.
 */
export async function replaceBlockingRequest(
  { tx, now, number, input, workflow }: Submission,
  blocking: BlockingRequest,
  liveBuildId: string | null,
): Promise<Result<number | null>> {
  if (blocking === "closed") return accept(null);
  if (blocking === "none") {
    return input.replaces === null || (await hasExpired(tx, input, input.replaces))
      ? accept(null)
      : refuse({ code: "not-replaceable", number: input.replaces });
  }
  const isReplaceable = replaceable(blocking, liveBuildId, now);
  if (input.replaces !== blocking.number) {
    return refuse({
      code: "open-request",
      number: blocking.number,
      replaceable: isReplaceable,
      workflowOff: !workflow.enabled,
    });
  }
  if (!isReplaceable || input.buildId !== liveBuildId) {
    return refuse({ code: "not-replaceable", number: blocking.number });
  }
  const { actor, surface } = input;
  const cancelled = replace(blocking, actor, number, now);
  await requests.save(tx, cancelled);
  await recordChange(tx, blocking, cancelled, { event: "cancelled", actor, surface, at: now });
  return accept(blocking.number);
}

/** R3, R11: returns whether this is a request for the same integration and target that has expired. */
async function hasExpired(
  tx: Tx,
  { organizationId, integrationId, targetId }: RequestPromotion,
  number: number,
): Promise<boolean> {
  const request = await requests.find(tx, organizationId, number);
  return (
    request?.state.name === "expired" &&
    request.integrationId === integrationId &&
    request.targetId === targetId
  );
}

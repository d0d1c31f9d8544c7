import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as members from "../../../db/people/members.ts";
import { listRoleHolders } from "../../../db/people/role-holders.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { eligibleReviewers } from "../../domain/requests/eligibility.ts";
import { leftSubject } from "../../domain/requests/notices.ts";
import { keyOf, type PromotionRequest, requesters } from "../../domain/requests/request.ts";
import { addItems, type ItemToAdd } from "../../outbox/add-items.ts";

/**
 * Tells the approvers who may still review and the admins that the requester of an approved request is no longer an active
 * full member, so that somebody else promotes or cancels it. Each of them is told once.
 *
 * The caller holds `warnings.lock`.
 */
export async function tellRequesterLeft(
  tx: Tx,
  organizationId: string,
  numbers: readonly number[],
  now: Date,
): Promise<void> {
  if (numbers.length === 0) return;
  await warnings.add(tx, organizationId, numbers.map(leftSubject), now);
  const admins = (await members.listAdmins(tx, organizationId)).map(({ id }) => id);
  for (const number of numbers) {
    const request = await requests.find(tx, organizationId, number);
    if (request === undefined) continue;
    const recipients = [...new Set([...(await listApprovers(tx, request)), ...admins])];
    await addItems(
      tx,
      recipients.map((id) => noticeOf(request, id)),
    );
  }
}

/** The key has no version of the request, so that nobody is told twice. */
function noticeOf(request: PromotionRequest, recipientId: MemberId): ItemToAdd<"send-message"> {
  const { organizationId, number } = request;
  return {
    ...{ organizationId, kind: "send-message", keyFacts: { version: 0, request: keyOf(request) } },
    payload: { number, event: "requester-left", recipientId },
    ...{ requestNumber: number, recipientId },
  };
}

/** Returns who approved the request and may still review it. */
async function listApprovers(tx: Tx, request: PromotionRequest): Promise<MemberId[]> {
  const { organizationId, number } = request;
  const [workflow, given] = await Promise.all([
    workflows.current(tx, organizationId),
    reviews.list(tx, organizationId, number),
  ]);
  const candidates = await listRoleHolders(tx, organizationId, workflow.roleIds);
  const asked = { projectId: request.projectId, requesters: requesters(request) };
  const approvers = given.filter(({ verdict }) => verdict === "approve").map(({ reviewerId }) => reviewerId);
  return eligibleReviewers(candidates, asked, workflow)
    .map(({ id }) => id)
    .filter((id) => approvers.includes(id));
}

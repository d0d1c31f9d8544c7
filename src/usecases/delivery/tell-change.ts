import type { Tx } from "../../../db/connection/connect.ts";
import * as cards from "../../../db/delivery/cards.ts";
import * as deliveries from "../../../db/delivery/deliveries.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import { listRoleHolders } from "../../../db/people/role-holders.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import { findTokenMember } from "../../../db/tokens/token-members.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { eligibleReviewers } from "../../domain/requests/eligibility.ts";
import { noticesFor, type RequestEvent } from "../../domain/requests/notices.ts";
import {
  keyOf,
  namesAnotherMember,
  type PromotionRequest,
  requesters,
  stateAt,
} from "../../domain/requests/request.ts";
import type { CardsTo, Workflow } from "../../domain/workflow/workflow.ts";
import { addItems, type ItemToAdd, reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import { tellOutdated } from "../requests/tell-outdated.ts";
import { type Context, transact } from "../shared/context.ts";
import { warningItems } from "../shared/record-setting.ts";

type RequestChanged = Payload<"request-changed">;

/**
 * Expands one change into what each person gets (docs/rules.md, "Who is notified of what"): a card for everyone who
 * follows the request, and a message or email for everyone who must be notified. Safe to repeat.
 *
 * @throws Error if the request does not exist
 */
export async function tellChange(
  context: Context,
  organizationId: string,
  change: RequestChanged,
): Promise<void> {
  await transact(context, async (tx, now) => {
    const request = await requests.find(tx, organizationId, change.number);
    if (request === undefined) throw new Error(`request #${change.number} does not exist`);
    // The request has moved on, so its reminder no longer applies.
    if (change.reminder && stateAt(request.state, now).name !== change.reminder.state) return;
    const workflow = await workflows.current(tx, organizationId);
    const reviewers = request.state.name === "pending" ? await mayReview(tx, request, workflow) : [];
    // A reminder changes nothing on the cards.
    if (change.event !== "reminder") await drawCards(tx, request, reviewers, workflow, change);
    await sendNotices(tx, request, reviewers, workflow, change);
    if (change.event === "approved" || change.event === "failed") await checkRequesterLeft(tx, request);
  });
}

/** R10: a requester who left before the request came to this state will not finish it, so others are told. */
async function checkRequesterLeft(tx: Tx, { organizationId, requesterId }: PromotionRequest): Promise<void> {
  const requester = await members.find(tx, organizationId, requesterId);
  if (requester?.status !== "active") await reopenItems(tx, warningItems(organizationId));
}

/** R4, R5: returns everyone who may review the request under the current workflow. */
async function mayReview(tx: Tx, request: PromotionRequest, workflow: Workflow): Promise<MemberId[]> {
  const { organizationId, projectId } = request;
  const asked = { projectId, requesters: requesters(request) };
  const candidates = await listRoleHolders(tx, organizationId, workflow.roleIds);
  return eligibleReviewers(candidates, asked, workflow).map((member) => member.id);
}

async function drawCards(
  tx: Tx,
  request: PromotionRequest,
  reviewers: readonly MemberId[],
  workflow: Workflow,
  change: RequestChanged,
): Promise<void> {
  const { organizationId, number } = request;
  await cards.ensure(tx, organizationId, number, "own", [request.requesterId]);
  await ensureReviewCards(tx, request, reviewers, workflow.options.cardsTo);
  const all = await cards.listOf(tx, organizationId, number);
  await reopenItems(
    tx,
    all.map((card) => cardItem(card, organizationId, number, urgency(change.event))),
  );
}

/** Reviewers are asked once, whichever change finds them: that key has no change in it. */
const changeIn = ({ version, event, change }: RequestChanged) =>
  change === undefined || event === "requested" ? {} : { change: `v${version}.${change}` };

/** Reminders, and changes around the request, are less urgent than what somebody is waiting for. */
export const urgency = (event: RequestEvent): 0 | 1 => (event === "changed" || event === "reminder" ? 1 : 0);

/** Returns the outbox item that draws a card. Each card has one, which every change opens again. */
export function cardItem(
  { id, recipientId }: Pick<cards.Card, "id" | "recipientId">,
  organizationId: string,
  requestNumber: number,
  priority: 0 | 1 = 0,
): ItemToAdd<"draw-card"> {
  return { organizationId, kind: "draw-card", payload: { cardId: id }, priority, requestNumber, recipientId };
}

/**
 * Creates a card for each reviewer, or one in a channel for all of them. If the channel's card could not be posted,
 * everyone gets their own. Reviewers who are not in the channel get theirs when its card is drawn.
 */
async function ensureReviewCards(
  tx: Tx,
  { organizationId, number }: PromotionRequest,
  reviewers: readonly MemberId[],
  cardsTo: CardsTo,
): Promise<void> {
  if (reviewers.length === 0) return;
  if (cardsTo.kind === "channel") {
    const card = await cards.findInChannel(tx, organizationId, number, cardsTo.channelId);
    if (card === undefined || card.lostReason === null) {
      return cards.ensure(tx, organizationId, number, "channel", [cardsTo.channelId]);
    }
  }
  await cards.ensure(tx, organizationId, number, "review", reviewers);
}

/** R5: returns who answers for the token that named the requester; nobody if none did. */
async function tokenOwners(tx: Tx, request: PromotionRequest): Promise<MemberId[]> {
  const { organizationId, requestedBy } = request;
  if (requestedBy.kind !== "token" || !namesAnotherMember(request)) return [];
  const owner = await findTokenMember(tx, organizationId, requestedBy.tokenId);
  return [...new Set([requestedBy.makerId, ...(owner === undefined ? [] : [owner.id])])];
}

async function sendNotices(
  tx: Tx,
  request: PromotionRequest,
  reviewers: readonly MemberId[],
  workflow: Workflow,
  change: RequestChanged,
): Promise<void> {
  const { organizationId, number, requesterId } = request;
  const directly = await cards.listRecipients(tx, organizationId, number, ["review"]);
  // Whom a channel's card mentioned is not stored, so it counts as everyone who may review now.
  const inChannel = (await cards.findInChannel(tx, organizationId, number)) !== undefined;
  const eligible = new Set(await mayReview(tx, request, workflow));
  const asked = inChannel ? [...directly, ...eligible] : directly;
  const given = await reviews.list(tx, organizationId, number);
  await tellOutdated(tx, request, given);
  const notices = noticesFor(change.event, change.by, {
    requesterId,
    tokenOwnerIds: await tokenOwners(tx, request),
    reviewers,
    // Who may no longer review is not told of the end, which comes with a reason.
    asked: [...new Set(asked)].filter((id) => eligible.has(id)),
    answered: given.map((review) => review.reviewerId),
    ungated: request.decision?.by.kind === "system",
    pending: request.state.name === "pending",
    promoterId: await findPromoter(tx, request, change),
  });
  const answered = given.map((review) => review.reviewerId);
  await askNewReviewers(
    tx,
    request,
    change,
    reviewers.filter((id) => !answered.includes(id)),
  );
  await addItems(
    tx,
    notices.map(({ recipientId, channel }) => {
      const { event, version, reminder } = change;
      // A request is made once, and the emails that ask for its review have the same key whoever becomes a reviewer later.
      const told =
        request.keyedBy === "identity"
          ? { request: keyOf(request), ...(event !== "requested" && changeIn(change)) }
          : {};
      return {
        organizationId,
        kind: `send-${channel}`,
        payload: { number, event, recipientId, ...(reminder && { reminder }) },
        keyFacts: { version, ...told },
        ...{ priority: urgency(event), requestNumber: number, recipientId },
      };
    }),
  );
}

/** The version of a request when it is made, which the keys of the emails that ask for a review contain. */
const firstVersion = 1;

/** Emails those who became reviewers of a pending request, when people or settings may have changed. Nobody is asked twice. */
async function askNewReviewers(
  tx: Tx,
  request: PromotionRequest,
  { event }: RequestChanged,
  reviewers: readonly MemberId[],
): Promise<void> {
  const { organizationId, number, state } = request;
  if (state.name !== "pending" || (event !== "changed" && event !== "reviewed")) return;
  // A replica of the previous version uses other keys.
  const emailed = await deliveries.listAskedByEmail(tx, organizationId, number);
  await addItems(
    tx,
    reviewers
      .filter((id) => !emailed.includes(id))
      .map((recipientId): ItemToAdd<"send-email"> => {
        const keyFacts = { version: firstVersion, request: keyOf(request) };
        const payload = { number, event: "requested" as const, recipientId };
        const common = { organizationId, priority: urgency(event), requestNumber: number, recipientId };
        return { ...common, kind: "send-email", payload, keyFacts };
      }),
  );
}

/** Returns who pressed Promote, while they are an active full member. An item of an earlier version does not name them. */
async function findPromoter(
  tx: Tx,
  { organizationId, state }: PromotionRequest,
  { event, promoterId }: RequestChanged,
): Promise<MemberId | null> {
  if (event !== "promoted" && event !== "failed") return null;
  const id = promoterId ?? (await readPromoter(tx, organizationId, state));
  const member = id === null ? undefined : await members.find(tx, organizationId, id);
  return member?.status === "active" ? member.id : null;
}

async function readPromoter(
  tx: Tx,
  organizationId: string,
  state: PromotionRequest["state"],
): Promise<MemberId | null> {
  if (state.name !== "promoted" && state.name !== "failed") return null;
  const attempt = await deployments.find(tx, organizationId, state.deploymentId);
  return attempt?.startedBy.kind === "member" ? attempt.startedBy.memberId : null;
}

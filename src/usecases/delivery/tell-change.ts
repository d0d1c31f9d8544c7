import type { Tx } from "../../../db/connection/connect.ts";
import * as cards from "../../../db/delivery/cards.ts";
import { listRoleHolders } from "../../../db/people/role-holders.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { eligibleReviewers } from "../../domain/requests/eligibility.ts";
import { noticesFor, type RequestEvent } from "../../domain/requests/notices.ts";
import { keyOf, type PromotionRequest, requesters, stateAt } from "../../domain/requests/request.ts";
import type { CardsTo, Workflow } from "../../domain/workflow/workflow.ts";
import { addItems, type ItemToAdd, reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import { type Context, transact } from "../shared/context.ts";
import { tellOutdated } from "./tell-outdated.ts";

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
  });
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

const changeIn = ({ version, change }: RequestChanged) =>
  change === undefined ? {} : { change: `v${version}.${change}` };

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
  const asked = inChannel ? [...directly, ...(await mayReview(tx, request, workflow))] : directly;
  const given = await reviews.list(tx, organizationId, number);
  await tellOutdated(tx, request, given);
  const notices = noticesFor(change.event, change.by, {
    requesterId,
    reviewers,
    asked: [...new Set(asked)],
    answered: given.map((review) => review.reviewerId),
    ungated: request.decision?.by.kind === "system",
    pending: request.state.name === "pending",
  });
  await addItems(
    tx,
    notices.map(({ recipientId, channel }) => {
      const { event, version, reminder } = change;
      const told = request.keyedBy === "identity" ? { request: keyOf(request), ...changeIn(change) } : {};
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

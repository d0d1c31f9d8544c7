import * as cards from "../../db/cards.ts";
import type { Tx } from "../../db/connect.ts";
import * as outbox from "../../db/outbox.ts";
import * as requests from "../../db/requests.ts";
import { listEligible } from "../../db/reviewers.ts";
import * as reviews from "../../db/reviews.ts";
import * as workflows from "../../db/workflow.ts";
import { noticesFor, type RequestEvent } from "../domain/notices.ts";
import type { MemberId } from "../domain/people.ts";
import { type PromotionRequest, requesters } from "../domain/request.ts";
import { accept } from "../domain/result.ts";
import { type Context, commit } from "./context.ts";
import type { RequestChanged } from "./record-change.ts";

/** What `send-email` and `send-message` items carry. */
export type NoticeItem = { number: number; event: RequestEvent; recipientId: MemberId };

/** What `draw-card` items carry. */
export type CardItem = { cardId: string };

/**
 * Expands one change into what each person gets (DESIGN §3): a card to draw for everyone who follows the request, a
 * notice to send for everyone who must hear of it. Doing it twice adds nothing.
 */
export async function tellChange(
  context: Context,
  organizationId: string,
  change: RequestChanged,
): Promise<void> {
  await commit(context, async (tx) => {
    const request = await requests.find(tx, organizationId, change.number);
    if (request === undefined) throw new Error(`#${change.number} is gone`);
    const reviewers = await reviewersOf(tx, request);
    await drawCards(tx, request, reviewers);
    await sendNotices(tx, request, reviewers, change);
    return accept(null);
  });
}

async function reviewersOf(tx: Tx, request: PromotionRequest): Promise<MemberId[]> {
  if (request.state.name !== "pending") return [];
  const { organizationId, projectId } = request;
  const workflow = await workflows.current(tx, organizationId);
  const asked = { projectId, requesters: requesters(request) };
  return (await listEligible(tx, organizationId, asked, workflow)).map((member) => member.id);
}

async function drawCards(tx: Tx, request: PromotionRequest, reviewers: readonly MemberId[]): Promise<void> {
  const { organizationId, number } = request;
  await cards.ensure(tx, organizationId, number, "own", [request.requesterId]);
  await cards.ensure(tx, organizationId, number, "review", reviewers);
  const all = await cards.listOf(tx, organizationId, number);
  await outbox.addOrReopen(
    tx,
    all.map(({ id }) => {
      const payload: CardItem = { cardId: id };
      return { organizationId, kind: "draw-card", key: `card:${id}`, payload };
    }),
  );
}

async function sendNotices(
  tx: Tx,
  request: PromotionRequest,
  reviewers: readonly MemberId[],
  change: RequestChanged,
): Promise<void> {
  const { organizationId, number, requesterId } = request;
  const asked = await cards.recipients(tx, organizationId, number, ["review"]);
  const given = await reviews.list(tx, organizationId, number);
  const notices = noticesFor(change.event, change.by, {
    requesterId,
    reviewers,
    asked,
    answered: given.map((review) => review.reviewerId),
    ungated: request.decision?.by.kind === "system",
  });
  await outbox.add(
    tx,
    notices.map(({ recipientId, channel }) => {
      const payload: NoticeItem = { number, event: change.event, recipientId };
      const key = `${channel}:${number}:v${change.version}:${change.event}:${recipientId}`;
      return { organizationId, kind: `send-${channel}`, key, payload };
    }),
  );
}

import type { WebClient } from "@slack/web-api";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { getCard, isBeingDrawn } from "../../queries/delivery/get-card.ts";
import type { Db } from "../../queries/shared/db.ts";
import type { Item } from "../item.ts";
import { slackFault } from "./slack-fault.ts";

export type RemoveDeps = { db: Db; clientFor(organizationId: string): WebClient };

/** It is gone already, or it must stay: https://docs.slack.dev/reference/methods/chat.delete#errors */
const over = new Set([
  "message_not_found",
  "cant_delete_message",
  "compliance_exports_prevent_deletion",
  "channel_not_found",
  "is_archived",
  "is_inactive",
]);

/** How long a card's message waits while the card is being drawn, in milliseconds: it may become the card's again. */
const whileDrawnMs = 1_000;

/** Takes away a message that repeats another one; never the one that its card stands in. */
export async function removeMessage({ db, clientFor }: RemoveDeps, item: Item): Promise<Outcome> {
  const { organizationId } = item;
  const { channel, ts, cardId } = item.payload as { channel: string; ts: string; cardId: string | null };
  if (cardId !== null) {
    if (await isBeingDrawn(db, organizationId, cardId)) return { kind: "later", afterMs: whileDrawnMs };
    const card = await getCard(db, organizationId, cardId);
    if (card === undefined || (card.channel === channel && card.ts === ts)) return { kind: "done" };
  }
  try {
    await clientFor(organizationId).chat.delete({ channel, ts });
    return { kind: "done" };
  } catch (error) {
    return over.has(slackErrorCode(error) ?? "") ? { kind: "done" } : slackFault(error);
  }
}

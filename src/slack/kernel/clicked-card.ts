import type { BlockAction } from "@slack/bolt";
import { nothingShown, type Shown } from "../../domain/requests/shown.ts";
import { type ClickedMessage, followClick } from "../../usecases/requests/follow-click.ts";
import { readBoundBlock, readCardValue } from "../messages/card-value.ts";
import type { SlackDeps } from "./deps.ts";

/** A message about a request whose button was clicked. */
export type ClickedCard = Omit<ClickedMessage, "organizationId">;

/** A button's value for the listener, what it says about its request, and its message. */
type ReadButton = { value: string; shown: Shown; card: ClickedCard | null };

/** Splits what came with a button. `card` is null in a view, and for a button that is not about a request. */
export function readButton(sent: string, body: BlockAction): ReadButton {
  const { number: value, origin } = readCardValue(sent);
  const { channel, message } = body;
  const { isRequest, fingerprint } = readBoundBlock(body.actions[0]?.block_id);
  if (channel === undefined || message === undefined || !/^[1-9]\d{0,8}$/.test(value)) {
    return { value, shown: { ...nothingShown, origin, fingerprint }, card: null };
  }
  const { ts } = message;
  const postedAt = new Date(Number(ts) * 1000);
  return {
    value,
    shown: { origin, fingerprint, postedAt },
    card: { id: origin, isCard: isRequest, number: Number(value), channel: channel.id, ts },
  };
}

/**
 * Brings the clicked message up to date, after the click was answered. Never rejects.
 *
 * @param outdated whether it does not show its request as it is
 */
export async function followClicked(
  { context, log }: SlackDeps,
  organizationId: string,
  card: ClickedCard | null,
  outdated: boolean,
): Promise<void> {
  if (card === null) return;
  try {
    await followClick(context, { organizationId, ...card }, outdated);
  } catch (error) {
    log.warn({ err: error, number: card.number }, "A clicked card could not be looked up");
  }
}

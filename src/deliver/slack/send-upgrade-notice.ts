import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getUpgradeNotice } from "../../queries/delivery/get-upgrade-notice.ts";
import { checkChannel } from "../../slack/client/check-channel.ts";
import { upgradeMessage } from "../../slack/messages/upgrade-message.ts";
import { type SlackDelivery, sendToPerson } from "./slack-delivery.ts";

/** Tells one admin what is stored and would be refused by this version. Sends nothing if there is nothing. */
export async function sendUpgradeNotice(
  deps: SlackDelivery,
  item: Item<Payload<"send-upgrade-notice">>,
): Promise<Outcome> {
  const { organizationId } = item;
  const { recipientId } = item.payload;
  const { db, now } = deps.context;
  const { channelId, ...view } = await getUpgradeNotice(db, organizationId, recipientId, now());
  const checked = channelId === null ? null : await checkChannel(deps.clientFor(organizationId), channelId);
  const channel = checked === null || checked.ok || checked.why === "unknown" ? null : checked;
  const message = upgradeMessage({ ...view, channel });
  return message === null ? { kind: "done" } : sendToPerson(deps, item, recipientId, message);
}

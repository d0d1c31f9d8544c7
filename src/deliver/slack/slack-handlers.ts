import type { Handlers } from "../../outbox/handlers.ts";
import { reportsUndelivered, reportsUntold } from "../follow-up-handlers.ts";
import { drawCard, giveUpCard } from "./draw-card.ts";
import { removeMessage } from "./remove-message.ts";
import { sendAdminMessage } from "./send-admin-message.ts";
import { sendMessage } from "./send-message.ts";
import { sendUpgradeNotice } from "./send-upgrade-notice.ts";
import type { SlackDelivery } from "./slack-delivery.ts";

type SlackKind =
  | "draw-card"
  | "send-message"
  | "send-admin-message"
  | "send-upgrade-notice"
  | "remove-message";

/** Returns the handlers that post, update, and remove messages in Slack. */
export function slackHandlers(deps: SlackDelivery): Pick<Handlers, SlackKind> {
  const { context } = deps;
  return {
    "draw-card": {
      run: (item) => drawCard(deps, item),
      onDead: async (item, reason) => {
        await giveUpCard(context, item, reason);
        await reportsUndelivered(context).onDead(item, reason);
      },
    },
    "send-message": { run: (item) => sendMessage(deps, item), ...reportsUndelivered(context) },
    "send-admin-message": { run: (item) => sendAdminMessage(deps, item), ...reportsUntold(context) },
    "send-upgrade-notice": { run: (item) => sendUpgradeNotice(deps, item) },
    "remove-message": { run: (item) => removeMessage(deps, item) },
  };
}

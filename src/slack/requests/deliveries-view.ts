import type { KnownBlock, ModalView } from "@slack/types";
import { deliveryRetentionMs } from "../../domain/delivery/retention.ts";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { Counts, DeliveriesView, Delivery } from "../../queries/delivery/get-deliveries.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { button, context, divider, modal, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { requestValue } from "../messages/card-value.ts";
import { shortName } from "../words/names.ts";
import { promotionWords } from "../words/request-words.ts";
import { countWords, escapeWithin, moment, textLimits } from "../words/text.ts";
import { shownOf, shownRequest } from "./shown-request.ts";

/** Returns **Deliveries**, for admins: who was told what about a request, on which channel, and what did not arrive. */
export function deliveriesModal(view: DeliveriesView, request: RequestView): ModalView {
  const { number, deliveries } = view;
  const pruned = view.at.getTime() - request.createdAt.getTime() > deliveryRetentionMs;
  const more = moreWords(view);
  return modal({
    callbackId: ids.view.deliveries,
    title: `Deliveries of #${number}`,
    metadata: shownRequest.write(shownOf(request)),
    blocks: [
      section(
        `${escapeWithin(promotionWords(request), 1500)}\n*${summaryWords(view.counts)}*`,
        button(ids.action.refreshDeliveries, "Refresh", requestValue(request)),
      ),
      context(`As of ${moment(view.at)}`),
      ...(pruned ? [context("What was sent more than half a year ago is not listed any more.")] : []),
      ...(deliveries.length === 0 ? [] : [divider]),
      ...pack(deliveries.map(deliveryWords)),
      ...(more === null ? [] : [context(more)]),
    ],
  });
}

/** Returns "498 sent · 1 retrying · 1 failed". */
function summaryWords({ sent, retrying, waiting, failed, "not needed": notNeeded }: Counts): string {
  const counts: [number, string][] = [
    [sent, "sent"],
    [waiting, "waiting"],
    [retrying, "retrying"],
    [failed, "failed"],
    [notNeeded, "not needed any more"],
  ];
  const words = counts.filter(([count]) => count > 0).map(([count, status]) => `${count} ${status}`);
  return words.length === 0 ? "Nobody had to be told anything yet" : words.join(" · ");
}

/** Returns "… and 400 more sent", or null where every delivery is listed. */
function moreWords({ deliveries, counts }: DeliveriesView): string | null {
  const left = { ...counts };
  for (const { status } of deliveries) left[status] -= 1;
  const all = Object.values(left).reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const kinds = Object.entries(left).filter(([, count]) => count > 0);
  const [only] = kinds;
  if (kinds.length === 1 && only !== undefined) return `… and ${all} more ${only[0]}`;
  return `… and ${all} more: ${summaryWords(left)}`;
}

/** Returns as few sections as possible: a view takes 100 blocks, and a section many lines. */
function pack(deliveries: readonly string[]): KnownBlock[] {
  const texts: string[] = [];
  for (const words of deliveries) {
    const last = texts.at(-1);
    const joined = last === undefined ? words : `${last}\n\n${words}`;
    if (last === undefined || joined.length > textLimits.section) texts.push(words);
    else texts[texts.length - 1] = joined;
  }
  return texts.map((text) => section(text));
}

const signs = { failed: "⛔", retrying: "🔁", waiting: "⏳", sent: "✅", "not needed": "➖" } as const;

function deliveryWords(delivery: Delivery): string {
  const { card, recipientId, status } = delivery;
  const to = card === "channel" ? `<#${recipientId}>` : `*${name(delivery.name ?? recipientId)}*`;
  return `${signs[status]} ${to} · ${messageWords(delivery)}\n${statusWords(delivery)}`;
}

const name = (text: string): string => escapeWithin(shortName(text), 200);

/** Returns "Email to bob@acme.example: asked to review". */
function messageWords({ kind, card, event, address }: Delivery): string {
  if (kind === "draw-card") {
    return card === "own" ? "Requester's card" : card === "channel" ? "Channel's card" : "Review card";
  }
  const channel = kind === "send-email" ? "Email" : "Message";
  const to = address === null ? "" : ` to ${escapeWithin(address, 200)}`;
  return event === null ? `${channel}${to}` : `${channel}${to}: ${eventWords(event)}`;
}

function eventWords(event: RequestEvent): string {
  switch (event) {
    case "requested":
      return "asked to review";
    case "reviewed":
      return "reviewed";
    case "changed":
      return "changed";
    case "outdated":
      return "an approval no longer counts";
    case "reminder":
      return "reminder";
    case "requester-left":
      return "requester has left";
    case "approved":
    case "rejected":
    case "cancelled":
    case "expired":
    case "promoting":
    case "promoted":
    case "failed":
      return event;
    default:
      return assertNever(event);
  }
}

/** Returns what became of a delivery. For a card that was posted before, it is the update that failed, not the card. */
function statusWords(delivery: Delivery): string {
  const { postedAt, status } = delivery;
  if (postedAt === null) return capitalize(progressWords(delivery));
  const posted = `Posted ${moment(postedAt)}`;
  return status === "sent"
    ? `${posted}${updatedWords(delivery)}`
    : `${posted}. Its update: ${progressWords(delivery)}`;
}

function progressWords(delivery: Delivery): string {
  const { settledAt, status, underWay, availableAt } = delivery;
  const at = settledAt === null ? "" : ` ${moment(settledAt)}`;
  switch (status) {
    case "failed":
      return `failed: ${reasonOf(delivery)}${at === "" ? "" : ` ·${at}`}`;
    case "retrying":
      return retryWords(delivery);
    case "waiting":
      return underWay ? "being sent now" : `to be sent ${moment(availableAt)}`;
    case "sent":
      return `sent${at}`;
    case "not needed":
      return `not sent, as it was not needed any more${at === "" ? "" : ` ·${at}`}`;
    default:
      return assertNever(status);
  }
}

const capitalize = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** Returns "tried 3 times: Resend's rate limit · next try Jul 4 at 10:00". */
function retryWords(delivery: Delivery): string {
  const { attempts, inDoubt, underWay, availableAt } = delivery;
  const tries = attempts === 0 ? "not tried yet" : `tried ${countWords(attempts, "time")}`;
  const doubt = inDoubt ? ", may have arrived" : "";
  const next = underWay ? "being tried now" : `next try ${moment(availableAt)}`;
  return `${tries}${doubt}: ${reasonOf(delivery)} · ${next}`;
}

const reasonOf = ({ reason }: Delivery): string => escapeWithin(cleanName(reason ?? "the process died"), 300);

/** Returns when a card was last updated. Within a minute of posting it is the same delivery, and not an update. */
function updatedWords({ postedAt, settledAt }: Delivery): string {
  if (postedAt === null || settledAt === null) return "";
  return settledAt.getTime() - postedAt.getTime() < 60_000 ? "" : ` · up to date since ${moment(settledAt)}`;
}

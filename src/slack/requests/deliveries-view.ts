import type { KnownBlock, ModalView } from "@slack/types";
import { deliveriesKeptMs } from "../../domain/delivery/retention.ts";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { Counts, DeliveriesView, Delivery } from "../../queries/delivery/get-deliveries.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { ids } from "../kernel/ids.ts";
import { button } from "../messages/card.ts";
import { context } from "../messages/details.ts";
import { escapeWithin, moment, mrkdwn, plain, textLimits } from "../words/text.ts";
import { countWords, shortName, whatWords } from "../words/words.ts";

/** **Deliveries**: who was told what of a request by which channel, and what did not arrive; for admins. */
export function deliveriesModal(view: DeliveriesView, request: RequestView): ModalView {
  const { number, deliveries } = view;
  const forgotten = view.at.getTime() - request.createdAt.getTime() > deliveriesKeptMs;
  const summary: KnownBlock = {
    type: "section",
    text: mrkdwn(`${escapeWithin(whatWords(request), 1500)}\n*${summaryWords(view.counts)}*`),
    accessory: button(ids.action.refreshLedger, "Refresh", number),
  };
  const more = moreWords(view);
  return {
    type: "modal",
    callback_id: ids.view.ledger,
    title: plain(`Deliveries of #${number}`, 24),
    close: plain("Close", 24),
    private_metadata: JSON.stringify({ number }),
    blocks: [
      summary,
      context(`As of ${moment(view.at)}`),
      ...(forgotten ? [context("What was sent more than half a year ago is not listed any more.")] : []),
      ...(deliveries.length === 0 ? [] : [{ type: "divider" } as const]),
      ...packed(deliveries.map(deliveryWords)),
      ...(more === null ? [] : [context(more)]),
    ],
  };
}

/** "498 sent · 1 retrying · 1 failed" */
function summaryWords({ sent, retrying, waiting, failed, "not needed": notNeeded }: Counts): string {
  const counts: [number, string][] = [
    [sent, "sent"],
    [waiting, "waiting"],
    [retrying, "retrying"],
    [failed, "failed"],
    [notNeeded, "not needed any more"],
  ];
  const words = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return words.length === 0 ? "Nobody had to be told anything yet" : words.join(" · ");
}

/** "… and 400 more sent" */
function moreWords({ deliveries, counts }: DeliveriesView): string | null {
  const left = { ...counts };
  for (const { standing } of deliveries) left[standing] -= 1;
  const all = Object.values(left).reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  const kinds = Object.entries(left).filter(([, count]) => count > 0);
  const [only] = kinds;
  if (kinds.length === 1 && only !== undefined) return `… and ${all} more ${only[0]}`;
  return `… and ${all} more: ${summaryWords(left)}`;
}

/** Blocks are few and a block holds many lines: as many deliveries share one as fit. */
function packed(deliveries: readonly string[]): KnownBlock[] {
  const texts: string[] = [];
  for (const words of deliveries) {
    const last = texts.at(-1);
    const joined = last === undefined ? words : `${last}\n\n${words}`;
    if (last === undefined || joined.length > textLimits.section) texts.push(words);
    else texts[texts.length - 1] = joined;
  }
  return texts.map((text) => ({ type: "section", text: mrkdwn(text) }));
}

const signs = { failed: "⛔", retrying: "🔁", waiting: "⏳", sent: "✅", "not needed": "➖" } as const;

function deliveryWords(delivery: Delivery): string {
  const { card, recipientId, standing } = delivery;
  const to = card === "channel" ? `<#${recipientId}>` : `*${name(delivery.name ?? recipientId)}*`;
  return `${signs[standing]} ${to} · ${whatFor(delivery)}\n${standingWords(delivery)}`;
}

const name = (text: string): string => escapeWithin(shortName(text), 200);

/** "Email to bob@acme.example: asked to review" */
function whatFor({ kind, card, event, address }: Delivery): string {
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
    case "reminder":
      return "reminder";
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

/** A card that stands there already is not lost when its next drawing is. */
function standingWords(delivery: Delivery): string {
  const { postedAt, standing } = delivery;
  if (postedAt === null) return sentence(howWords(delivery));
  const posted = `Posted ${moment(postedAt)}`;
  return standing === "sent"
    ? `${posted}${updatedWords(delivery)}`
    : `${posted}. Its update: ${howWords(delivery)}`;
}

function howWords(delivery: Delivery): string {
  const { settledAt, standing, underWay, availableAt } = delivery;
  const at = settledAt === null ? "" : ` ${moment(settledAt)}`;
  switch (standing) {
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
      return assertNever(standing);
  }
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** "tried 3 times: Resend's rate limit · next try Jul 4 at 10:00" */
function retryWords(delivery: Delivery): string {
  const { attempts, inDoubt, underWay, availableAt } = delivery;
  const tries = attempts === 0 ? "not tried yet" : `tried ${countWords(attempts, "time")}`;
  const doubt = inDoubt ? ", may have arrived" : "";
  const next = underWay ? "being tried now" : `next try ${moment(availableAt)}`;
  return `${tries}${doubt}: ${reasonOf(delivery)} · ${next}`;
}

const reasonOf = ({ reason }: Delivery): string =>
  escapeWithin((reason ?? "the process died").replace(/\s+/g, " ").trim(), 300);

/** Posting and settling are not one moment: what follows within a minute is no update. */
function updatedWords({ postedAt, settledAt }: Delivery): string {
  if (postedAt === null || settledAt === null) return "";
  return settledAt.getTime() - postedAt.getTime() < 60_000 ? "" : ` · up to date since ${moment(settledAt)}`;
}

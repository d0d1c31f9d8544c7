import type { TokenOffer } from "../../queries/tokens/get-token-offer.ts";
import { actions, button, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { shortName } from "../words/names.ts";
import { escaped, escapeWithin, moment } from "../words/text.ts";
import type { Message } from "./card.ts";

/** Returns the message that offers a token to a member. */
export function tokenOfferMessage(offer: TokenOffer): Message {
  const title = escapeWithin(`An admin offers you the API token ${shortName(offer.name)}.`, 500);
  return {
    text: title,
    blocks: [
      section(`🔑 *${title}* ${offerWords(offer)}`),
      actions([
        button(ids.action.takeToken, "Take Over Token", offer.id, {
          style: "primary",
          label: `Take over token ${shortName(offer.name)}`,
        }),
      ]),
    ],
  };
}

/** Returns what the token may do, and what taking it over means, as mrkdwn. */
export function offerWords({ scopes, paused, project, owner, endsAt }: TokenOffer): string {
  const where = project === null ? "every project" : escaped(shortName(project));
  const list = (all: readonly string[]) => all.map((scope) => `\`${scope}\``).join(", ");
  const pause =
    paused.length === 0 ? "" : ` You are not an admin, so ${list(paused)} will pause until you are one.`;
  const end = endsAt === null ? "" : ` It ends on ${moment(endsAt)}.`;
  return [
    `It belongs to ${escaped(shortName(owner.name))} and has ${list(scopes)} for ${where}.${end}${pause}`,
    "If you take it over, you get a new secret and must put it where the token is used. The old secret works for one more day, unless it has already stopped working.",
    "Whatever the token has requested then counts as yours, too: you can't review it.",
  ].join("\n");
}

import type { StateName } from "../../domain/requests/request.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { EnvironmentCard } from "../../queries/catalog/get-overview.ts";
import { code } from "../words/escape.ts";
import { link } from "../words/links.ts";
import { byWords, shortName } from "../words/names.ts";
import { stateSign } from "../words/request-words.ts";
import { cutName, escapeWithin, moment } from "../words/text.ts";

/** The most characters of a name, by layout. They keep a full page within Slack's limits, whatever the names are. */
const nameLimits = { cards: 150, folded: 30 } as const;

/** `cards`: a block for each environment. `folded`: ten environments in one block. */
export type Layout = keyof typeof nameLimits;

/** Returns an environment as mrkdwn: the live build, since when, by whom, the attempt, and the next step. */
export function cardWords(card: EnvironmentCard, layout: Layout): string {
  const critical = card.critical ? " · ❗ critical" : "";
  const lines = [
    `*${nameWords(card.name, layout)}*${critical}`,
    liveWords(card, layout),
    attemptWords(card, layout),
    nextWords(card, layout),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

/** Returns a name as mrkdwn, within the layout's limit. */
export const nameWords = (name: string, layout: Layout): string =>
  escapeWithin(cutName(shortName(name), nameLimits[layout]), nameLimits[layout]);

function liveWords({ live, attempt }: EnvironmentCard, layout: Layout): string {
  if (live === null) return attempt === null ? "Nothing is live yet" : "Nothing is live";
  const hash = code(cleanName(live.commit ?? "").slice(0, 12), 60);
  const commit = hash === "" ? "" : ` · ${hash}`;
  const linked = link(live.link, cutName(shortName(live.version), 40));
  // A long address would take the room of the rest of a full page.
  const version = layout === "cards" && linked.length <= 300 ? linked : nameWords(live.version, layout);
  const bypassed = bypassWords(live, layout);
  return `🟢 Live: ${version}${commit}\nsince ${moment(live.since)}, by ${nameWords(byWords(live.by), layout)}${bypassed}`;
}

/** Returns whether the live build is there, or was deployed to another environment, outside approval. */
function bypassWords({ outside, outsideIn }: NonNullable<EnvironmentCard["live"]>, layout: Layout): string {
  if (outside) return "\n⚠️ Outside approval";
  const [first] = outsideIn;
  if (first === undefined) return "";
  if (layout === "folded") return "\n⚠️ Outside approval before";
  const more = outsideIn.length > 1 ? ` and ${outsideIn.length - 1} more` : "";
  return `\n⚠️ Deployed to ${nameWords(first, "folded")}${more} outside approval`;
}

function attemptWords({ attempt }: EnvironmentCard, layout: Layout): string {
  if (attempt === null) return "";
  const version = nameWords(attempt.version, layout);
  switch (attempt.status) {
    case "in progress":
      return `🚀 ${version} is being deployed`;
    case "failed":
      return `⚠️ The deployment of ${version} failed`;
    case "unknown":
      return `⚠️ The deployment of ${version} went silent: it may still be running`;
    default:
      return assertNever(attempt.status);
  }
}

const openWords: Partial<Record<StateName, string>> = {
  pending: "waits for review",
  approved: "is approved",
  promoting: "is being promoted",
  failed: "failed: try again",
};

function nextWords({ live, next }: EnvironmentCard, layout: Layout): string {
  if (next === null) return "";
  const target = nameWords(next.target.name, layout);
  if (next.open !== null) {
    const { number, state, requester } = next.open;
    return `${stateSign({ state })} → ${target}: #${number} by ${nameWords(requester, layout)} ${openWords[state] ?? ""}`;
  }
  return live !== null && next.same ? `✓ The same is live in ${target}` : "";
}

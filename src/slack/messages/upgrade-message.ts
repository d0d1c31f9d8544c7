import type { KnownBlock } from "@slack/types";
import type { ChannelFault } from "../../domain/shared/refusals.ts";
import type { StoredName } from "../../domain/shared/unclear-names.ts";
import type { UpgradeNoticeView } from "../../queries/delivery/get-upgrade-notice.ts";
import { context, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { shortName } from "../words/names.ts";
import { settingsRefusalWords } from "../words/settings-refusals.ts";
import { escaped, joinWithin, moment, nameList, textLimits } from "../words/text.ts";
import type { Message } from "./card.ts";

/** `channel`: why the channel for review cards cannot be used; null if it can, or if there is none. */
export type UpgradeMessage = Omit<UpgradeNoticeView, "channelId"> & {
  channel: { why: ChannelFault; name: string | null } | null;
};

/** The most lines of a list; fewer where they would not fit in a section. */
const mostLines = 10;

/** Returns what an admin is told after an upgrade: what is stored that this version would refuse. Null if there is nothing. */
export function upgradeMessage(message: UpgradeMessage): Message | null {
  const { hidden, same, lostRequesters, channel, withoutOnBehalf = [], adminScopes = [] } = message;
  const parts: KnownBlock[] = [
    ...listBlocks("*Names with line breaks or characters that don't show*", hidden.map(nameWords)),
    ...listBlocks("*Names that are the same*", same.map(sameWords)),
    ...listBlocks("*Who may request*", lostRequesters.map(lostWords)),
    ...listBlocks("*Review cards*", channel === null ? [] : [channelWords(channel)]),
    ...listBlocks(
      "*API tokens that can name only their own member as the requester*",
      onBehalfLines(withoutOnBehalf),
    ),
    ...listBlocks("*API tokens whose member is not an admin*", adminScopes.map(keptWords)),
  ];
  if (parts.length === 0) return null;
  const title = "Signoff was upgraded. It no longer accepts some settings that you have.";
  const { settings } = ids.command;
  return {
    text: title,
    blocks: [
      section(`ℹ️ *${title}* They still work, and nothing was changed. Correct them with ${settings}.`),
      ...parts,
      context(
        "From now on, a token that would make a review unnecessary is refused, and you get a message. You get this one once.",
      ),
    ],
  };
}

function listBlocks(title: string, lines: readonly string[]): KnownBlock[] {
  if (lines.length === 0) return [];
  const items = lines.map((line) => `• ${line}`);
  const limit = textLimits.section - title.length - 1;
  return [section(`${title}\n${joinWithin(items, "\n", limit, (rest) => `… and ${rest} more.`, mostLines)}`)];
}

/** R5: the tokens, and what to do if one requests for others. */
function onBehalfLines(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const advice =
    "To let one name others, edit it under API Tokens and add `requests:on-behalf`. Its secret stays the same.";
  return [...names.map((name) => escaped(shortName(name))), advice];
}

function keptWords({ name, member, scopes, until }: UpgradeMessage["adminScopes"][number]): string {
  const list = scopes.map((scope) => `\`${scope}\``).join(" and ");
  return `${escaped(shortName(name))} of ${escaped(shortName(member))}: ${list} ${scopes.length === 1 ? "pauses" : "pause"} ${moment(until)}. Make them an admin, or hand the token to an admin.`;
}

const nameWords = ({ what, name, path }: StoredName): string =>
  `${escaped(shortName(name))} (${what}${path === null ? "" : ` \`${path}\``})`;

function sameWords(names: readonly StoredName[]): string {
  const [first] = names;
  const listed = names.map(({ name, path }) =>
    path === null ? `“${escaped(shortName(name))}”` : `\`${path}\``,
  );
  const title = first === undefined ? "" : `${escaped(shortName(first.name))}: the ${first.what}s `;
  return `${title}${nameList(listed, 4)}`;
}

function lostWords({ name, slug, archived, roles }: UpgradeMessage["lostRequesters"][number]): string {
  const project = `${escaped(shortName(name))} (\`${slug}\`)`;
  const were = escaped(nameList(roles.map(shortName), 3));
  const deleted = `Only ${were} could request in ${project}, and ${roles.length === 1 ? "this role was" : "these roles were"} deleted.`;
  return archived
    ? `${deleted} It is archived. Choose who may request when you restore it; a token can't open it to everyone.`
    : `${deleted} Now everyone may request there. Choose who may.`;
}

const channelWords = ({ why, name }: NonNullable<UpgradeMessage["channel"]>): string =>
  escaped(
    `${settingsRefusalWords({ code: "channel-unusable", why, name })} Until then, reviewers get their cards directly.`,
  );

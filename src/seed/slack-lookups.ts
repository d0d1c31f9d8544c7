import type { ChannelFault } from "../domain/shared/refusals.ts";
import type { CardsTo } from "../domain/workflow/workflow.ts";
import { isBroken } from "../usecases/seed/seed-content.ts";
import type { SeedFault } from "../usecases/seed/seed-report.ts";
import type { FindByEmail } from "./find-people.ts";
import type { Seed } from "./seed-file.ts";

type Group = { id: string; handle: string };

/** A channel, and whether review cards can be posted to it. `id` is null for a name that no channel has. */
export type FoundChannel =
  | { ok: true; id: string; name: string }
  | { ok: false; why: ChannelFault; name: string | null };

/** What a seed file needs from Slack. */
export type SlackLookups = {
  findByEmail: FindByEmail;
  /** Returns the enabled user groups of the workspace. */
  listGroups(): Promise<Group[]>;
  /** Finds a channel by its id or its name without `#`, and checks it as the form of the workflow does. */
  findChannel(idOrName: string): Promise<FoundChannel>;
};

/** The user groups and the channel that a file names. */
export type FoundSlack = {
  /** By id and by handle. */
  groups: Map<string, Group>;
  cardsTo: CardsTo | undefined;
  faults: SeedFault[];
};

/** Returns how a user group is looked up: its handle in lower case without `@`, or its id. */
export const groupHandle = (text: string): string => text.replace(/^@/, "").toLowerCase();

/** Finds the user groups and the channel that a file names. Asks Slack only for what it names. */
export async function findInSlack(seed: Seed, lookups: SlackLookups): Promise<FoundSlack> {
  const found: FoundSlack = { groups: new Map(), cardsTo: undefined, faults: [] };
  await findGroups(seed, lookups, found);
  const wanted = seed.workflow?.options?.cardsTo;
  if (wanted === undefined) return found;
  if (wanted === "reviewers") return { ...found, cardsTo: { kind: "reviewers" } };
  const channel = await lookups.findChannel(wanted.replace(/^#/, ""));
  if (channel.ok) {
    return { ...found, cardsTo: { kind: "channel", channelId: channel.id, channelName: channel.name } };
  }
  const { why, name } = channel;
  const path = ["workflow", "options", "cardsTo"];
  found.faults.push({
    path,
    cause: { code: "channel-unusable", why, name: name ?? wanted.replace(/^#/, "") },
  });
  return found;
}

async function findGroups({ roles = [] }: Seed, lookups: SlackLookups, found: FoundSlack): Promise<void> {
  const named = roles.flatMap((role, i) =>
    isBroken(role) || !role.group ? [] : [{ group: role.group, path: ["roles", i, "group"] }],
  );
  if (named.length === 0) return;
  for (const group of await lookups.listGroups()) {
    found.groups.set(group.handle.toLowerCase(), group);
    found.groups.set(group.id.toLowerCase(), group);
  }
  for (const { group, path } of named) {
    if (found.groups.has(groupHandle(group))) continue;
    const cause = `There is no user group ${group} in the Slack workspace, or it is disabled.`;
    found.faults.push({ path, cause });
  }
}

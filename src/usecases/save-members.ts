import type { Tx } from "../../db/connect.ts";
import * as members from "../../db/members.ts";
import * as requests from "../../db/requests.ts";
import { system } from "../domain/actor.ts";
import { accept } from "../domain/result.ts";
import { type Context, commit } from "./context.ts";
import { redrawCards } from "./record-change.ts";

export type SavedMember = Omit<members.Member, "refreshedAt">;

/**
 * Stores people as Slack described them just now. Where somebody's standing changed, cards follow: it decides who can
 * review (R4).
 */
export async function saveMembers(context: Context, people: readonly SavedMember[]): Promise<void> {
  await commit(context, async (tx, now) => {
    const changed = await standingChanged(tx, people);
    await members.save(
      tx,
      people.map((person) => ({ ...person, refreshedAt: now })),
    );
    for (const organizationId of changed) {
      const bumped = await requests.bumpOpen(tx, organizationId);
      await redrawCards(tx, organizationId, bumped, system("who can review changed"));
    }
    return accept(null);
  });
}

/** The organizations in which somebody that we knew has another standing now. */
async function standingChanged(tx: Tx, people: readonly SavedMember[]): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const organizationId of new Set(people.map((person) => person.organizationId))) {
    const here = people.filter((person) => person.organizationId === organizationId);
    const known = await members.findMany(
      tx,
      organizationId,
      here.map(({ id }) => id),
    );
    const differs = here.some(({ id, standing }) => (known.get(id)?.standing ?? standing) !== standing);
    if (differs) changed.add(organizationId);
  }
  return changed;
}

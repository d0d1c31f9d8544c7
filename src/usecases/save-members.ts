import * as members from "../../db/members.ts";
import { accept } from "../domain/result.ts";
import { type Context, commit } from "./context.ts";

export type SavedMember = Omit<members.Member, "refreshedAt">;

/** Stores people as Slack described them just now. */
export async function saveMembers(context: Context, people: readonly SavedMember[]): Promise<void> {
  await commit(context, async (tx, now) => {
    await members.save(
      tx,
      people.map((person) => ({ ...person, refreshedAt: now })),
    );
    return accept(null);
  });
}

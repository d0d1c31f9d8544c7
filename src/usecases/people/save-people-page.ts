import * as runs from "../../../db/people/directory-runs.ts";
import * as members from "../../../db/people/members.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { refreshItem } from "./refresh-items.ts";
import { type SavedMember, storeMembers } from "./save-members.ts";

export type PeoplePage = {
  run: runs.DirectoryRun;
  people: readonly SavedMember[];
  /** The cursor of the next page; null after the last one. */
  next: string | null;
  /** When Slack was asked. */
  asOf: Date;
};

/**
 * Stores a page of the workspace's people and advances the run in the same transaction. Stores only people who are stored
 * already and those who run the workspace. After the last page, plans to read the role holders and assignees whom no page
 * contained one by one.
 */
export async function savePeoplePage(context: Context, page: PeoplePage): Promise<void> {
  const { run, people, next, asOf } = page;
  const { organizationId } = run;
  await transact(context, async (tx, now) => {
    const stored = await members.findMany(
      tx,
      organizationId,
      people.map((person) => person.id),
    );
    const wanted = people.filter((person) => stored.has(person.id) || person.workspaceRole);
    await storeMembers(tx, organizationId, wanted, { surface: "job", asOf });
    const moved = await runs.advance(tx, run, next, { now });
    if (!moved || next !== null) return;
    const { assigneeIds } = await workflows.current(tx, organizationId);
    const missing = await members.listStale(tx, organizationId, run.startedAt, assigneeIds);
    await reopenItems(
      tx,
      missing.map((id) => refreshItem(organizationId, id)),
    );
  });
}

import * as runs from "../../../db/people/directory-runs.ts";
import * as members from "../../../db/people/members.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { refreshItem } from "./plan-refresh.ts";
import { type SavedMember, storeMembers } from "./save-members.ts";

export type PeoplePage = {
  run: runs.DirectoryRun;
  people: readonly SavedMember[];
  /** Where the next page begins; null: this was the last one. */
  next: string | null;
  /** When Slack was asked. */
  asOf: Date;
};

/**
 * Stores a page of the workspace's people, those whom we know already and those who run the workspace, and moves the
 * run on in the same transaction. After the last page, role holders and assignees whom no page named are asked for one
 * by one.
 */
export async function savePeoplePage(context: Context, page: PeoplePage): Promise<void> {
  const { run, people, next, asOf } = page;
  const { organizationId } = run;
  await transact(context, async (tx, now) => {
    const known = await members.findMany(
      tx,
      organizationId,
      people.map((person) => person.id),
    );
    const wanted = people.filter((person) => known.has(person.id) || person.workspaceRole);
    await storeMembers(tx, organizationId, wanted, { surface: "job", asOf });
    const moved = await runs.advance(tx, run, next, { now });
    if (!moved || next !== null) return;
    const { assigneeIds } = await workflows.current(tx, organizationId);
    const stale = await members.listStale(tx, organizationId, run.startedAt, assigneeIds);
    await reopenItems(
      tx,
      stale.map((id) => refreshItem(organizationId, id)),
    );
  });
}

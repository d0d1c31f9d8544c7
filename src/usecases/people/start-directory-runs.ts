import * as runs from "../../../db/people/directory-runs.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";

/** How often people and groups are read from Slack, in case events were missed, in milliseconds. */
const intervalMs = 60 * 60_000;

/**
 * Starts the hourly reads of people and of groups that are due. If several replicas call it, one of them starts each
 * read. The outbox does the work, page by page.
 */
export async function startDirectoryRuns(context: Context, organizationId: string): Promise<void> {
  for (const kind of ["people", "groups"] as const) {
    await transact(context, async (tx, now) => {
      const lastBefore = new Date(now.getTime() - intervalMs);
      if (await runs.claim(tx, organizationId, kind, { now, lastBefore })) {
        await reopenItems(tx, [{ organizationId, kind: `read-${kind}`, payload: {} }]);
      }
    });
  }
}

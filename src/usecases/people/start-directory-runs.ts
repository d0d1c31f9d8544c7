import * as runs from "../../../db/people/directory-runs.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";

/** How often people and groups are read from Slack, whatever its events say, in milliseconds. */
const everyMs = 60 * 60_000;

/**
 * Begins the hourly reading of people and of groups, where it is due. Of several replicas that ask, one begins it; the
 * outbox carries it out, page by page.
 */
export async function startDirectoryRuns(context: Context, organizationId: string): Promise<void> {
  for (const kind of ["people", "groups"] as const) {
    await transact(context, async (tx, now) => {
      const lastBefore = new Date(now.getTime() - everyMs);
      if (await runs.claim(tx, organizationId, kind, { now, lastBefore })) {
        await reopenItems(tx, [{ organizationId, kind: `read-${kind}`, payload: {} }]);
      }
    });
  }
}

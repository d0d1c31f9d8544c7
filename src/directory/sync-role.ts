import { timedOut, withTimeout } from "../lib/timeout.ts";
import { getGroupOf } from "../queries/people/get-bound-groups.ts";
import { planGroupSync } from "../usecases/people/plan-refresh.ts";
import type { Directory } from "./directory.ts";
import { syncGroup } from "./sync-group.ts";

/** How long somebody who bound a role waits for Slack, in milliseconds. */
const waitMs = 1_200;

/**
 * Fills a role that was bound to a user group just now: at once, where Slack answers in time, so that it is seen at
 * once. Otherwise the outbox does it.
 */
export async function syncRole(directory: Directory, organizationId: string, roleId: string): Promise<void> {
  const groupId = await getGroupOf(directory.context.db, organizationId, roleId);
  if (groupId === null) return;
  const tried = syncGroup(directory, organizationId, groupId).catch(() => undefined);
  const outcome = await withTimeout(tried, waitMs);
  if (outcome === timedOut || outcome?.kind !== "done")
    await planGroupSync(directory.context, organizationId, groupId);
}

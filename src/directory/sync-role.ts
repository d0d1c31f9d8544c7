import { timedOut, withTimeout } from "../lib/timeout.ts";
import { getGroupOf } from "../queries/people/get-bound-groups.ts";
import { scheduleGroupSync } from "../usecases/people/schedule-refresh.ts";
import type { Directory } from "./directory.ts";
import { syncGroup } from "./sync-group.ts";

/** How long the person who bound the role waits for Slack, in milliseconds. */
const waitMs = 1_200;

/** Fills a role that was just bound to a user group, so that its people show at once. If Slack is slow, the outbox does it. */
export async function syncRole(directory: Directory, organizationId: string, roleId: string): Promise<void> {
  const groupId = await getGroupOf(directory.context.db, organizationId, roleId);
  if (groupId === null) return;
  const synced = syncGroup(directory, organizationId, groupId).catch(() => undefined);
  const outcome = await withTimeout(synced, waitMs);
  if (outcome === timedOut || outcome?.kind !== "done")
    await scheduleGroupSync(directory.context, organizationId, groupId);
}

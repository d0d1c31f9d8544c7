import type { Outcome } from "../domain/delivery/outcome.ts";
import { errorWords } from "../lib/error-words.ts";
import { getNextGroup } from "../queries/people/get-bound-groups.ts";
import { getDirectoryRun } from "../queries/people/get-directory-run.ts";
import { advanceDirectoryRun } from "../usecases/people/advance-directory-run.ts";
import { scheduleGroupSync } from "../usecases/people/schedule-refresh.ts";
import { type Directory, pauseMs } from "./directory.ts";
import { syncGroup } from "./sync-group.ts";

/**
 * Syncs the next user group that a role is bound to. A group that cannot be read now is counted and gets an item of its
 * own, which tries it again; the run goes on to the next group. Only a rate limit or a rejected token, which affect every
 * group, hold up the run.
 */
export async function readGroups(directory: Directory, organizationId: string): Promise<Outcome> {
  const { context } = directory;
  const run = await getDirectoryRun(context.db, organizationId, "groups");
  if (run === undefined) return { kind: "done" };
  const groupId = await getNextGroup(context.db, organizationId, run.next);
  const read = groupId === null ? null : await tryGroup(directory, organizationId, groupId);
  if (read?.kind === "postponed" && (read.limited || read.refused)) return read;
  const unread = read !== null && read.kind !== "done";
  if (unread && groupId !== null) await scheduleGroupSync(context, organizationId, groupId);
  const following = groupId === null ? null : await getNextGroup(context.db, organizationId, groupId);
  const faults = unread && read.kind !== "later" ? 1 : 0;
  await advanceDirectoryRun(context, run, following === null ? null : groupId, faults);
  return following === null ? { kind: "done" } : { kind: "later", afterMs: pauseMs };
}

/** An error that is not Slack's, such as an answer that makes no sense, is as much about this group as one that is. */
async function tryGroup(directory: Directory, organizationId: string, groupId: string): Promise<Outcome> {
  try {
    return await syncGroup(directory, organizationId, groupId);
  } catch (error) {
    const reason = errorWords(error);
    return { kind: "retry", reason, sent: "no" };
  }
}

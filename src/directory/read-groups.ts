import type { Outcome } from "../domain/delivery/outcome.ts";
import { getNextGroup } from "../queries/people/get-bound-groups.ts";
import { getDirectoryRun } from "../queries/people/get-directory-run.ts";
import { advanceDirectoryRun } from "../usecases/people/advance-directory-run.ts";
import { type Directory, pauseMs } from "./directory.ts";
import { syncGroup } from "./sync-group.ts";

/** Syncs the next user group that a role is bound to. A group that cannot be read is counted, and the run continues. */
export async function readGroups(directory: Directory, organizationId: string): Promise<Outcome> {
  const { context } = directory;
  const run = await getDirectoryRun(context.db, organizationId, "groups");
  if (run === undefined) return { kind: "done" };
  const groupId = await getNextGroup(context.db, organizationId, run.next);
  const read = groupId === null ? null : await syncGroup(directory, organizationId, groupId);
  if (read !== null && read.kind !== "done" && read.kind !== "dead") return read;
  const following = groupId === null ? null : await getNextGroup(context.db, organizationId, groupId);
  await advanceDirectoryRun(context, run, following === null ? null : groupId, read?.kind === "dead" ? 1 : 0);
  return following === null ? { kind: "done" } : { kind: "later", afterMs: pauseMs };
}

import type { Db } from "../../../db/connection/connect.ts";
import * as runs from "../../../db/people/directory-runs.ts";

/** Returns the running sync of people or groups; undefined if there is nothing left to read. */
export async function getDirectoryRun(
  db: Db,
  organizationId: string,
  kind: runs.DirectoryKind,
): Promise<(runs.DirectoryRun & { next: string }) | undefined> {
  const run = await runs.find(db, organizationId, kind);
  return run === undefined || run.next === null ? undefined : { ...run, next: run.next };
}

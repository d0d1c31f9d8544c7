import * as runs from "../../../db/people/directory-runs.ts";
import { type Context, transact } from "../shared/context.ts";

/** Moves a reading of people or groups on, unless somebody else did; null ends it. */
export async function moveDirectoryRun(
  context: Context,
  run: runs.DirectoryRun,
  next: string | null,
  faults = 0,
): Promise<void> {
  await transact(context, async (tx, now) => {
    await runs.advance(tx, run, next, { now, faults });
  });
}

import * as runs from "../../../db/people/directory-runs.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * Advances a read of people or groups, unless another replica has done so.
 *
 * @param next the cursor of the next page; null ends the run
 * @param faults how many times in a row the current page has failed
 */
export async function advanceDirectoryRun(
  context: Context,
  run: runs.DirectoryRun,
  next: string | null,
  faults = 0,
): Promise<void> {
  await transact(context, async (tx, now) => {
    await runs.advance(tx, run, next, { now, faults });
  });
}

import * as runs from "../../db/directory-runs.ts";
import { accept } from "../domain/result.ts";
import { type Context, commit } from "./context.ts";

/** Moves a reading of people or groups on, unless somebody else did; null ends it. */
export async function moveDirectoryRun(
  context: Context,
  run: runs.DirectoryRun,
  next: string | null,
  faults = 0,
): Promise<void> {
  await commit(context, async (tx, now) => {
    await runs.advance(tx, run, next, { now, faults });
    return accept(null);
  });
}

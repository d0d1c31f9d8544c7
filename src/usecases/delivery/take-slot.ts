import * as slots from "../../../db/delivery/job-slots.ts";
import type { Job } from "../../domain/delivery/slots.ts";
import { accept } from "../../domain/shared/result.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, commit } from "../shared/context.ts";

/**
 * Takes a slot of a scheduled job for an organization: of all processes that ask, and of all times that one asks, the
 * first gets it. The work itself is the outbox's, so that a process that dies in the middle of it loses nothing; slots
 * that everybody slept through are made up for by the next one.
 *
 * @returns whether it was taken here
 */
export async function takeSlot(
  context: Context,
  organizationId: string,
  job: Job,
  slot: Date,
): Promise<boolean> {
  const taken = await commit(context, async (tx) => {
    if (!(await slots.take(tx, organizationId, job, slot))) return accept(false);
    await reopenItems(tx, [{ organizationId, kind: `job-${job}`, payload: { slot: slot.toISOString() } }]);
    return accept(true);
  });
  return taken.ok && taken.value;
}

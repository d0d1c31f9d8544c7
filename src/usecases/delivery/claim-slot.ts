import * as slots from "../../../db/delivery/job-slots.ts";
import type { Job } from "../../domain/delivery/slots.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * Takes a slot of a scheduled job, so that one process runs it once. The outbox carries out the job, so a crash loses
 * nothing. The next slot makes up for slots that passed while no process was running.
 *
 * @returns whether this call took it
 */
export async function claimSlot(
  context: Context,
  organizationId: string,
  job: Job,
  slot: Date,
): Promise<boolean> {
  return transact(context, async (tx) => {
    if (!(await slots.take(tx, organizationId, job, slot))) return false;
    await reopenItems(tx, [{ organizationId, kind: `job-${job}`, payload: { slot: slot.toISOString() } }]);
    return true;
  });
}

import * as slots from "../../db/job-slots.ts";
import { accept } from "../domain/result.ts";
import type { FarEnd } from "../domain/stops.ts";
import { type Context, commit } from "./context.ts";

/** Takes the probe of a moment: of all replicas one asks the far end whether it accepts us again. @returns whether it is ours */
export async function takeProbe(
  context: Context,
  organizationId: string,
  farEnd: FarEnd,
  slot: Date,
): Promise<boolean> {
  let taken = false;
  await commit(context, async (tx) => {
    taken = await slots.take(tx, organizationId, `probe-${farEnd}`, slot);
    return accept(null);
  });
  return taken;
}

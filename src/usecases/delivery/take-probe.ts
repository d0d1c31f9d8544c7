import * as slots from "../../../db/delivery/job-slots.ts";
import type { Provider } from "../../domain/delivery/outages.ts";
import { accept } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";

/** Takes the probe of a moment: of all replicas one asks the far end whether it accepts us again. @returns whether it is ours */
export async function takeProbe(
  context: Context,
  organizationId: string,
  provider: Provider,
  slot: Date,
): Promise<boolean> {
  let taken = false;
  await commit(context, async (tx) => {
    taken = await slots.take(tx, organizationId, `probe-${provider}`, slot);
    return accept(null);
  });
  return taken;
}

import * as slots from "../../../db/delivery/job-slots.ts";
import type { Provider } from "../../domain/delivery/outages.ts";
import { type Context, transact } from "../shared/context.ts";

/** Takes the probe of a slot, so that only one replica asks the provider. Returns whether this call took it. */
export async function claimProbe(
  context: Context,
  organizationId: string,
  provider: Provider,
  slot: Date,
): Promise<boolean> {
  return transact(context, (tx) => slots.take(tx, organizationId, `probe-${provider}`, slot));
}

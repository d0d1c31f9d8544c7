import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { type Provider, toldSubject } from "../../domain/delivery/outages.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import { type Context, transact } from "../shared/context.ts";

/** An attempt that saw the outage just before it ended has settled its item by then, in milliseconds. */
const settledWithinMs = 2_000;

/**
 * Ends a provider's outage and makes the items that wait for it due at once.
 *
 * @returns how many items waited, or null if there was no outage
 */
export async function resumeSending(
  context: Context,
  organizationId: string,
  provider: Provider,
): Promise<number | null> {
  return transact(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    const [outage] = await warnings.listRefused(tx, organizationId, [provider]);
    if (outage === undefined) return null;
    await warnings.remove(tx, organizationId, [provider, toldSubject(provider)]);
    const { reason } = outage;
    const waited = await outboxWaiting.makeDue(tx, organizationId, reason);
    const again = { organizationId, kind: "make-due", payload: { reason }, keyFacts: { provider } } as const;
    await reopenItems(tx, [{ ...again, afterMs: settledWithinMs }]);
    return waited;
  });
}

/** Makes the items that wait for this reason due at once. */
export async function makeDue(
  context: Context,
  organizationId: string,
  { reason }: Payload<"make-due">,
): Promise<void> {
  await transact(context, async (tx) => {
    await outboxWaiting.makeDue(tx, organizationId, reason);
  });
}

/** Makes the items that wait for a provider due at once, and leaves the outage: after a start, the key may be a new one. */
export async function tryAgain(context: Context, organizationId: string, provider: Provider): Promise<void> {
  await transact(context, async (tx) => {
    const [outage] = await warnings.listRefused(tx, organizationId, [provider]);
    if (outage !== undefined) await outboxWaiting.makeDue(tx, organizationId, outage.reason);
  });
}

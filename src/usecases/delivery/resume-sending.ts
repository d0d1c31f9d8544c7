import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { type Provider, toldSubject } from "../../domain/delivery/outages.ts";
import { accept } from "../../domain/shared/result.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import { type Context, commit } from "../shared/context.ts";

/** Who saw the stop just before it went has settled its item by then, in milliseconds. */
const settledWithinMs = 2_000;

/**
 * A far end takes again what we send: the stop is forgotten, and what waited for it is due at once.
 *
 * @returns how many items waited; null where nothing was stopped
 */
export async function resumeSending(
  context: Context,
  organizationId: string,
  provider: Provider,
): Promise<number | null> {
  let waited: number | null = null;
  await commit(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    const [stop] = await warnings.listRefused(tx, organizationId, [provider]);
    if (stop === undefined) return accept(null);
    await warnings.remove(tx, organizationId, [provider, toldSubject(provider)]);
    const { reason } = stop;
    waited = await outboxWaiting.makeDue(tx, organizationId, reason);
    const item = { organizationId, kind: "make-due", payload: { reason }, keyFacts: { provider } } as const;
    await reopenItems(tx, [{ ...item, afterMs: settledWithinMs }]);
    return accept(null);
  });
  return waited;
}

/** Has what waits for a reason that is over tried now. */
export async function makeDue(
  context: Context,
  organizationId: string,
  { reason }: Payload<"make-due">,
): Promise<void> {
  await commit(context, async (tx) => {
    await outboxWaiting.makeDue(tx, organizationId, reason);
    return accept(null);
  });
}

/** Has what waits for a far end tried now: after a start, whose key may be another. The stop itself stays. */
export async function tryAgain(context: Context, organizationId: string, provider: Provider): Promise<void> {
  await commit(context, async (tx) => {
    const [stop] = await warnings.listRefused(tx, organizationId, [provider]);
    if (stop !== undefined) await outboxWaiting.makeDue(tx, organizationId, stop.reason);
    return accept(null);
  });
}

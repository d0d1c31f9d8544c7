import type { Provider } from "../domain/delivery/outages.ts";
import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Guard, Item } from "../outbox/handlers.ts";
import { items } from "../outbox/items.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";

/** What is recorded of the methods that Slack denies to the token while it accepts others. */
export type DeniedCalls = {
  deny(organizationId: string, method: string, reason: string): Promise<void>;
  /** Called when an item that waited for this reason has gone through. */
  allow(organizationId: string, reason: string): Promise<void>;
};

/**
 * Returns a guard that runs a handler only while its provider's circuit breaker is closed, and opens the breaker when the
 * provider rejects Signoff. Handlers of a provider without a breaker here run unguarded.
 */
export function whileClosed(
  breakers: Partial<Record<Provider, CircuitBreaker>>,
  denied?: DeniedCalls,
): Guard {
  return (kind, handler) => {
    const { provider } = items[kind];
    const breaker = provider === null ? undefined : breakers[provider];
    if (breaker === undefined) return handler;
    return {
      ...handler,
      run: async (item, signal) => {
        const entry = await breaker.enter(item.organizationId);
        if (typeof entry !== "string") return entry;
        const outcome = await handler.run(item, signal);
        if (denied !== undefined) await followDenied(denied, item, outcome);
        if (outcome.kind !== "postponed" || outcome.refused !== true) return outcome;
        return breaker.refused(item.organizationId, outcome.reason);
      },
    };
  };
}

async function followDenied(denied: DeniedCalls, item: Item, outcome: Outcome): Promise<void> {
  const { organizationId, reason } = item;
  if (outcome.kind === "postponed" && outcome.deniedCall !== undefined)
    await denied.deny(organizationId, outcome.deniedCall, outcome.reason);
  else if (outcome.kind === "done" && reason !== null) await denied.allow(organizationId, reason);
}

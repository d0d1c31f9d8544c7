import type { Provider } from "../domain/delivery/outages.ts";
import type { Guard } from "../outbox/handlers.ts";
import { items } from "../outbox/items.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";

/**
 * Returns a guard that runs a handler only while its provider's circuit breaker is closed, and opens the breaker when the
 * provider rejects Signoff. Handlers of a provider without a breaker here run unguarded.
 */
export function whileClosed(breakers: Partial<Record<Provider, CircuitBreaker>>): Guard {
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
        if (outcome.kind !== "postponed" || outcome.refused !== true) return outcome;
        return breaker.refused(item.organizationId, outcome.reason);
      },
    };
  };
}

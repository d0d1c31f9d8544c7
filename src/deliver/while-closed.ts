import type { Outcome } from "../domain/delivery/outcome.ts";
import type { CircuitBreaker } from "./circuit-breaker.ts";

type Handler<Item> = {
  run(item: Item, signal: AbortSignal): Promise<Outcome>;
  onDead?(item: Item, reason: string): Promise<void>;
};

/** Has these kinds of items tried only while the breaker is open, and shuts it when the far end refuses us. */
export function whileClosed<Item extends { organizationId: string }>(
  breaker: CircuitBreaker,
  kinds: readonly string[],
  handlers: Record<string, Handler<Item>>,
): Record<string, Handler<Item>> {
  const guarded = (handler: Handler<Item>): Handler<Item> => ({
    ...handler,
    run: async (item, signal) => {
      const entry = await breaker.enter(item.organizationId);
      if (typeof entry !== "string") return entry;
      const outcome = await handler.run(item, signal);
      if (outcome.kind !== "postponed" || outcome.refused !== true) return outcome;
      return breaker.refused(item.organizationId, outcome.reason);
    },
  });
  return Object.fromEntries(
    Object.entries(handlers).map(([kind, handler]) => [
      kind,
      kinds.includes(kind) ? guarded(handler) : handler,
    ]),
  );
}

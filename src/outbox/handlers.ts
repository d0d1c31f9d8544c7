import type { z } from "zod";
import type { ClaimedItem } from "../../db/delivery/outbox.ts";
import type { Outcome } from "../domain/delivery/outcome.ts";
import { items, type Kind, kinds, type Payload } from "./items.ts";

/** An item as its handler gets it. */
export type Item<P = unknown> = Omit<ClaimedItem, "payload"> & { payload: P };

export type Handler<P = unknown> = {
  /**
   * Makes one attempt. An error that it throws counts as a retry after which the item may have been sent. The signal
   * aborts well before the lease ends: a handler that continues after that may overlap with another one.
   */
  run(item: Item<P>, signal: AbortSignal): Promise<Outcome>;
  /**
   * Records that the item will not be tried again, before it is settled. `inDoubt`: one of its attempts may have
   * succeeded. If it throws, it is called again later.
   */
  onDead?(item: Item<P>, reason: string): Promise<void>;
  /** The attempts after which the item is dead. Default: `maxAttempts` of retry.ts. */
  maxAttempts?: number;
};

/** Exactly one handler for each kind. */
export type Handlers = { [K in Kind]: Handler<Payload<K>> };

/** Wraps the handler of one kind, for example in a circuit breaker. */
export type Guard = <P>(kind: Kind, handler: Handler<P>) => Handler<P>;

const payloads: { [K in Kind]: { payload: z.ZodType<Payload<K>> } } = items;

/** How long an item waits whose payload does not parse, in milliseconds. */
const unreadableWaitMs = 60_000;

/**
 * Returns handlers for the worker, which parse each item's payload first. An item whose payload does not parse is
 * retried without its handler: during an upgrade, a replica of the newer version that added it can carry it out.
 */
export function bindHandlers(handlers: Handlers, guard: Guard): Record<string, Handler> {
  return Object.fromEntries(kinds.map((kind) => [kind, bindHandler(kind, handlers, guard)]));
}

function bindHandler<K extends Kind>(kind: K, handlers: Handlers, guard: Guard): Handler {
  const handler = guard<Payload<K>>(kind, handlers[kind]);
  const { payload: schema } = payloads[kind];
  const { onDead, maxAttempts } = handler;
  return {
    run: async (item, signal) => {
      const payload = schema.safeParse(item.payload);
      if (!payload.success) {
        const reason = `its payload is not valid: ${faults(payload.error)}`;
        return { kind: "retry", reason, sent: "no", afterMs: unreadableWaitMs };
      }
      return handler.run({ ...item, payload: payload.data }, signal);
    },
    ...(onDead && {
      onDead: async (item, reason) => {
        const payload = schema.safeParse(item.payload);
        if (payload.success) await onDead({ ...item, payload: payload.data }, reason);
      },
    }),
    ...(maxAttempts !== undefined && { maxAttempts }),
  };
}

const faults = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");

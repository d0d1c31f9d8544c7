import type { Db, Tx } from "../../../db/connection/connect.ts";
import * as outbox from "../../../db/delivery/outbox.ts";
import type { Context } from "../shared/context.ts";

/** What `remove-message` items carry: a message, and the card that it shows though the card stands elsewhere. */
export type RemoveMessage = { channel: string; ts: string; cardId: string | null };

/** Has messages taken away that say the same as another one. */
export async function removeMessages(
  context: Context,
  organizationId: string,
  messages: readonly RemoveMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  await addRemovals(context.db, organizationId, messages);
  context.wake();
}

/** Nobody waits for it: it comes behind what somebody does. */
export function addRemovals(
  tx: Tx | Db,
  organizationId: string,
  messages: readonly RemoveMessage[],
): Promise<void> {
  return outbox.addOrReopen(
    tx,
    messages.map((payload) => {
      const key = `remove:${payload.channel}:${payload.ts}`;
      return { organizationId, kind: "remove-message", key, payload, priority: 1 };
    }),
  );
}

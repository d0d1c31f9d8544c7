import type { Db, Tx } from "../../../db/connection/connect.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import type { Context } from "../shared/context.ts";

/** Has messages removed that duplicate others. `cardId`: the card that a message shows, or null. */
export async function removeMessages(
  context: Context,
  organizationId: string,
  messages: readonly Payload<"remove-message">[],
): Promise<void> {
  if (messages.length === 0) return;
  await addRemovals(context.db, organizationId, messages);
  context.wake();
}

/** As `removeMessages`, in a transaction. */
export function addRemovals(
  tx: Tx | Db,
  organizationId: string,
  messages: readonly Payload<"remove-message">[],
): Promise<void> {
  return reopenItems(
    tx,
    messages.map((payload) => ({ organizationId, kind: "remove-message", payload })),
  );
}

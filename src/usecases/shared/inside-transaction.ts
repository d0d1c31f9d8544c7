import type { Db, Tx } from "../../../db/connection/connect.ts";
import type { Context } from "./context.ts";

/**
 * Returns a context whose use cases run inside an open transaction, each in a savepoint of its own. A use case that
 * refuses undoes only its own work, so that the caller can go on and collect further refusals. Nothing is kept unless the
 * open transaction commits, and only that wakes the outbox.
 *
 * @param now the time at which all of them happen
 */
export function insideTransaction(tx: Tx, now: Date): Context {
  return { db: tx as unknown as Db, now: () => now, wake: () => {} };
}

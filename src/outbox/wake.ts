import { randomUUID } from "node:crypto";
import type { Database } from "../../db/connect.ts";
import { listen } from "../../db/listen.ts";
import type { Outbox } from "./worker.ts";

const channel = "signoff_outbox";

/** Sent with each notification, so that a process is not woken twice by its own. */
const thisProcess = randomUUID();

/**
 * Gives what a use case calls after its commit: it wakes the worker here and those of the other replicas. The
 * notification is a statement of its own, since one inside a transaction makes commits wait for each other. Many
 * commits share one. It never throws; where it is lost, the sweep is behind it.
 */
export function wakeAll(
  database: Database,
  outbox: () => Outbox,
  log: { warn(facts: object, message: string): void },
): () => void {
  let sending = false;
  let again = false;
  const notify = async () => {
    sending = true;
    do {
      again = false;
      try {
        await database.sql.notify(channel, thisProcess);
      } catch (error) {
        log.warn({ err: error }, "the other replicas were not woken; their sweep will find the work");
      }
    } while (again);
    sending = false;
  };
  return () => {
    outbox().wake();
    again = true;
    if (!sending) void notify();
  };
}

/** Wakes the worker when another replica added something, and when notifications may have been missed. */
export function wakeOnNotify(url: string, outbox: Outbox): Promise<{ stop(): Promise<void> }> {
  return listen(
    url,
    channel,
    (sender) => {
      if (sender !== thisProcess) outbox.wake();
    },
    () => outbox.wake(),
  );
}

import type { Database } from "../../db/connect.ts";
import { listen } from "../../db/listen.ts";
import type { Outbox } from "./worker.ts";

const channel = "signoff_outbox";

/**
 * What a use case calls after its commit: wakes the worker here and those of the other replicas. The notification is a
 * statement of its own, since one inside a transaction makes commits wait for each other. It may be lost: the sweep is
 * behind it.
 */
export function wakeAll(
  database: Database,
  outbox: () => Outbox,
  log: { debug(facts: object, message: string): void },
) {
  return (): void => {
    outbox().wake();
    database.sql
      .notify(channel, "")
      .catch((error) => log.debug({ err: error }, "the other replicas were not woken"));
  };
}

/** Wakes the worker when another replica added something. */
export function wakeOnNotify(url: string, outbox: Outbox): Promise<{ stop(): Promise<void> }> {
  const wake = () => outbox.wake();
  return listen(url, channel, wake, wake);
}

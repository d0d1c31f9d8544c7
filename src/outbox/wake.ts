import { randomUUID } from "node:crypto";
import type { Database } from "../../db/connection/connect.ts";
import { listen } from "../../db/connection/listen.ts";
import type { Log } from "../lib/log.ts";

const channel = "signoff_outbox";

/** Looks for new work when woken: the worker, and API calls that wait for a change. */
export type Follower = { wake(): void };

/** Sent with each notification, so that a process can ignore its own. */
const thisProcess = randomUUID();

/** Commits within this time share one notification, in milliseconds. */
const shareMs = 50;

/**
 * Returns the function that use cases call after a commit. It wakes the followers here and on the other replicas, and
 * never throws. It notifies outside the transaction, because NOTIFY inside one makes commits wait for each other. If a
 * notification is lost, the scheduled sweep finds the work.
 */
export function wakeAll(database: Database, follower: () => Follower, log: Pick<Log, "warn">): () => void {
  let sending = false;
  let again = false;
  const notify = async () => {
    sending = true;
    do {
      again = false;
      try {
        await database.sql.notify(channel, thisProcess);
      } catch (error) {
        log.warn({ err: error }, "could not notify the other replicas; their sweep will find the work");
      }
      await new Promise((resolve) => setTimeout(resolve, shareMs).unref());
    } while (again);
    sending = false;
  };
  return () => {
    follower().wake();
    again = true;
    if (!sending) void notify();
  };
}

/** Wakes the follower when another replica notifies, and when notifications may have been missed. */
export function wakeOnNotify(url: string, follower: Follower): Promise<{ stop(): Promise<void> }> {
  return listen(
    url,
    channel,
    (sender) => {
      if (sender !== thisProcess) follower.wake();
    },
    () => follower.wake(),
  );
}

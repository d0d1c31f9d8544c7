import { randomUUID } from "node:crypto";
import type { Database } from "../../db/connection/connect.ts";
import { listen } from "../../db/connection/listen.ts";
import type { Log } from "../lib/log.ts";

const channel = "signoff_outbox";

/** What is to look again after a commit: the worker, and whoever else follows what is committed. */
export type Follower = { wake(): void };

/** Sent with each notification, so that a process is not woken twice by its own. */
const thisProcess = randomUUID();

/** How long the commits after a notification wait for the next one, in milliseconds: they share it. */
const shareMs = 50;

/**
 * Gives what a use case calls after its commit: it wakes who follows here and on the other replicas. The
 * notification is a statement of its own, since one inside a transaction makes commits wait for each other. Many
 * commits share one: this process is at work on them already. It never throws; where it is lost, the sweep is behind it.
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
        log.warn({ err: error }, "the other replicas were not woken; their sweep will find the work");
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

/** Wakes who follows when another replica added something, and when notifications may have been missed. */
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

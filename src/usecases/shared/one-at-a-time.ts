import { DatabaseBusy } from "../../../db/connection/connection-limit.ts";

/** The last work queued for each key. */
const queues = new Map<string, Promise<unknown>>();

/** After this wait, in milliseconds, the person has given up on their click, so its work does not start. */
const longestWaitMs = 1_500;

/**
 * Runs work on the same key one after the other within this process, in order of arrival. A click that would lose the
 * race for a row lock waits here instead, without a connection. Nothing depends on it: the database keeps processes
 * apart.
 *
 * @returns what the work returned
 * @throws DatabaseBusy if the work before it took longer than 1.5 s; its own work does not start then
 */
export async function oneAtATime<T>(
  key: string,
  work: () => Promise<T>,
  now: () => number = performance.now.bind(performance),
): Promise<T> {
  const previous = queues.get(key);
  const arrivedAt = now();
  const start = () => {
    if (now() - arrivedAt > longestWaitMs)
      throw new DatabaseBusy("Earlier work on the same key took too long");
    return work();
  };
  const current = previous === undefined ? work() : previous.then(start, start);
  queues.set(key, current);
  try {
    return await current;
  } finally {
    if (queues.get(key) === current) queues.delete(key);
  }
}

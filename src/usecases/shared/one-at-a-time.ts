import { DatabaseBusy } from "../../../db/connection/connection-limit.ts";

const lines = new Map<string, Promise<unknown>>();

/** Nobody's click is carried out when they have given up on it, in milliseconds. */
const longestWaitMs = 1_500;

/**
 * Runs work on one thing after the other within this process, in the order in which it came: a click that would only
 * find that the one before it was first waits here, where it holds no connection. Other processes are kept apart by the
 * database; nothing depends on this.
 *
 * @param key what the work is on
 * @throws DatabaseBusy where those before it took longer than 1.5 s; its work is not begun then
 */
export async function oneAtATime<T>(
  key: string,
  work: () => Promise<T>,
  now: () => number = performance.now.bind(performance),
): Promise<T> {
  const before = lines.get(key);
  const came = now();
  const begin = () => {
    if (now() - came > longestWaitMs) throw new DatabaseBusy("Those before it took too long");
    return work();
  };
  const mine = before === undefined ? work() : before.then(begin, begin);
  lines.set(key, mine);
  try {
    return await mine;
  } finally {
    if (lines.get(key) === mine) lines.delete(key);
  }
}

/**
 * Returns a read function that shares one read among the callers who ask for the same request at the same time. It
 * limits concurrent reads, so that many clients whose wait ends together do not take every connection from the people
 * who click. A caller never gets a result that was read before the call.
 *
 * @param maxConcurrent how many reads run at once
 */
export function coalesceReads<T>(
  read: (organizationId: string, number: number) => Promise<T>,
  maxConcurrent: number,
): (organizationId: string, number: number) => Promise<T> {
  const pending = new Map<string, Promise<T>>();
  const queue: (() => void)[] = [];
  let running = 0;

  const waitForTurn = async () => {
    // Callers within the same tick share the read.
    await Promise.resolve();
    if (running >= maxConcurrent) await new Promise<void>((resolve) => queue.push(resolve));
    else running++;
  };
  const startRead = async (key: string, organizationId: string, number: number): Promise<T> => {
    await waitForTurn();
    pending.delete(key);
    try {
      return await read(organizationId, number);
    } finally {
      const next = queue.shift();
      if (next === undefined) running--;
      else next();
    }
  };
  return (organizationId, number) => {
    const key = `${organizationId} ${number}`;
    const existing = pending.get(key);
    if (existing !== undefined) return existing;
    const result = startRead(key, organizationId, number);
    pending.set(key, result);
    return result;
  };
}

/**
 * Lets many who ask for the same thing at the same time have it from one reading, and so many readings run at once: a
 * hundred clients that are let go together do not take every connection from those who click. Whoever asks never gets
 * what was read before they asked.
 *
 * @param atOnce how many readings run at once
 */
export function shareReads<T>(
  read: (organizationId: string, number: number) => Promise<T>,
  atOnce: number,
): (organizationId: string, number: number) => Promise<T> {
  const waiting = new Map<string, Promise<T>>();
  const line: (() => void)[] = [];
  let running = 0;

  const turn = async () => {
    // Those who ask within the same tick share it.
    await Promise.resolve();
    if (running >= atOnce) await new Promise<void>((resolve) => line.push(resolve));
    else running++;
  };
  const begin = async (key: string, organizationId: string, number: number): Promise<T> => {
    await turn();
    waiting.delete(key);
    try {
      return await read(organizationId, number);
    } finally {
      const next = line.shift();
      if (next === undefined) running--;
      else next();
    }
  };
  return (organizationId, number) => {
    const key = `${organizationId} ${number}`;
    const known = waiting.get(key);
    if (known !== undefined) return known;
    const asked = begin(key, organizationId, number);
    waiting.set(key, asked);
    return asked;
  };
}

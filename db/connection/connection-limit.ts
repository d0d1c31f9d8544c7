import type postgres from "postgres";

/** No connection became free in time, or too much was waiting already. Nothing was changed. */
export class DatabaseBusy extends Error {
  override readonly name = "DatabaseBusy";
}

/** How many connections are in use, how many callers wait, and how many were refused since the start. */
export type PoolStats = { inUse: number; waiting: number; limit: number; refused: number };

export type ConnectionLimit = {
  /** Gives the function that leaves, once there is a place. @throws DatabaseBusy */
  enter(): Promise<() => void>;
  stats(): PoolStats;
};

export type ConnectionLimitSize = {
  /** As many as there are connections. */
  places: number;
  maxWaiting: number;
  /** In milliseconds. */
  waitMs: number;
};

/**
 * A queue with a limit in length and time; postgres.js alone would queue without bound, and Slack's 3 seconds would
 * pass in the queue.
 */
export function connectionLimit({ places, maxWaiting, waitMs }: ConnectionLimitSize): ConnectionLimit {
  let inUse = 0;
  let refused = 0;
  const waiting = new Set<() => void>();

  const leave = () => {
    inUse--;
    const [next] = waiting;
    next?.();
  };
  const refuse = (words: string) => {
    refused++;
    return new DatabaseBusy(words);
  };

  return {
    stats: () => ({ inUse, waiting: waiting.size, limit: places, refused }),
    enter: () => {
      if (inUse < places) {
        inUse++;
        return Promise.resolve(leave);
      }
      if (waiting.size >= maxWaiting) {
        return Promise.reject(refuse(`${maxWaiting} transactions are waiting already`));
      }
      return new Promise((resolve, reject) => {
        const admit = () => {
          clearTimeout(timer);
          waiting.delete(admit);
          inUse++;
          resolve(leave);
        };
        const timer = setTimeout(() => {
          waiting.delete(admit);
          reject(refuse(`No connection became free within ${waitMs} ms`));
        }, waitMs);
        waiting.add(admit);
      });
    },
  };
}

/**
 * The same client, whose single statements count against the limit too: each needs a connection as a transaction does. A
 * transaction enters once, by `begin`'s caller; what runs inside it does not.
 */
export function limited(client: postgres.Sql, { enter }: ConnectionLimit): postgres.Sql {
  return new Proxy(client, {
    get(target, name, receiver) {
      if (name !== "unsafe") return Reflect.get(target, name, receiver);
      return (...asked: Parameters<postgres.Sql["unsafe"]>) => lazily(target, asked, enter);
    },
  });
}

/** As the driver's own queries it begins when it is awaited; drizzle awaits it or its `values()`, once. */
function lazily(
  client: postgres.Sql,
  asked: Parameters<postgres.Sql["unsafe"]>,
  enter: ConnectionLimit["enter"],
): object {
  const run = async (asValues: boolean): Promise<unknown> => {
    const leave = await enter();
    try {
      const query = client.unsafe(...asked);
      return await (asValues ? query.values() : query);
    } finally {
      leave();
    }
  };
  return {
    values: () => run(true),
    // biome-ignore lint/suspicious/noThenProperty: it stands for the driver's query, which is awaited.
    then: (...then: Parameters<Promise<unknown>["then"]>) => run(false).then(...then),
  };
}

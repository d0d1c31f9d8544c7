import type postgres from "postgres";

/** No connection became free in time, or too many callers were already waiting. Nothing was changed. */
export class DatabaseBusy extends Error {
  override readonly name = "DatabaseBusy";
}

/** How many connections are in use, how many callers wait, and how many were refused since the process started. */
export type PoolStats = { inUse: number; waiting: number; limit: number; refused: number };

export type ConnectionLimit = {
  /** Waits for a free connection. Returns the function that releases it. Throws `DatabaseBusy`. */
  enter(): Promise<() => void>;
  stats(): PoolStats;
};

export type ConnectionLimitSize = {
  connections: number;
  /** How many callers may wait. */
  maxWaiting: number;
  /** How long a caller may wait, in milliseconds. */
  waitMs: number;
};

/**
 * Returns a queue for connections that is limited in length and time. postgres.js alone has an unlimited queue, in which
 * Slack's 3 seconds could pass.
 */
export function connectionLimit({ connections, maxWaiting, waitMs }: ConnectionLimitSize): ConnectionLimit {
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
    stats: () => ({ inUse, waiting: waiting.size, limit: connections, refused }),
    enter: () => {
      if (inUse < connections) {
        inUse++;
        return Promise.resolve(leave);
      }
      if (waiting.size >= maxWaiting) {
        return Promise.reject(refuse(`${maxWaiting} callers are already waiting for a connection`));
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
 * Returns the same client, whose single statements count against the limit: each needs a connection, just as a
 * transaction does. A transaction counts once, through the caller of `begin`; the statements in it don't.
 */
export function limited(client: postgres.Sql, { enter }: ConnectionLimit): postgres.Sql {
  return new Proxy(client, {
    get(target, name, receiver) {
      if (name !== "unsafe") return Reflect.get(target, name, receiver);
      return (...args: Parameters<postgres.Sql["unsafe"]>) => lazily(target, args, enter);
    },
  });
}

/** Returns a query that starts when it is awaited, as the driver's do. Drizzle awaits either it or its `values()`, once. */
function lazily(
  client: postgres.Sql,
  args: Parameters<postgres.Sql["unsafe"]>,
  enter: ConnectionLimit["enter"],
): object {
  const run = async (asValues: boolean): Promise<unknown> => {
    const leave = await enter();
    try {
      const query = client.unsafe(...args);
      return await (asValues ? query.values() : query);
    } finally {
      leave();
    }
  };
  return {
    values: () => run(true),
    // biome-ignore lint/suspicious/noThenProperty: it replaces the driver's query, which is awaited.
    then: (...then: Parameters<Promise<unknown>["then"]>) => run(false).then(...then),
  };
}

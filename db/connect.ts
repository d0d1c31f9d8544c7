import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema/index.ts";

export type Db = PostgresJsDatabase<typeof schema>;

/** An open transaction. Writes take a `Tx`, so that nobody can write outside of one; reads take `Db | Tx`. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

export type Database = {
  /** Its transactions wait in a bounded queue: `DatabaseBusy` is thrown when none can begin within a second. */
  db: Db;
  /** A second client: drizzle changes the serializers of its own. For raw SQL and NOTIFY. */
  sql: postgres.Sql;
  /** Waits up to 3 s for what runs, then closes both clients. */
  close(): Promise<void>;
};

export type ConnectOptions = {
  /** Connections for drizzle; default 10. */
  max?: number;
  /** How long a statement waits for a lock, in milliseconds; default 1,500. Races of many on a busy machine take longer. */
  lockTimeoutMs?: number;
  /** Shown in pg_stat_activity; default `signoff`. */
  applicationName?: string;
};

/** No connection became free in time, or too many transactions were waiting already. Nothing was changed. */
export class DatabaseBusy extends Error {
  override readonly name = "DatabaseBusy";
}

// A decision, its locks and its commit must fit inside the 3 seconds that Slack waits for an answer
// (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response).
const lockTimeoutMs = 1_500;
const statementTimeoutMs = 2_500;
const connectTimeoutSeconds = 2;
const waitForConnectionMs = 1_000;
const waitingPerConnection = 20;
// A statement has ended by then. postgres.js uses it up where a connection was cut during a statement and never needed again.
const closeWithinSeconds = 3;

/**
 * Opens the database. Connections are made when first used and again after they are lost, so this never fails:
 * the first statement does, within about 2 s, while there is no server.
 *
 * @param url a Postgres 15+ URL. The time-outs are sent as start-up parameters: PgBouncer must be told to accept
 *   them (`ignore_startup_parameters`) and loses them then.
 */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const max = options.max ?? 10;
  const applicationName = options.applicationName ?? "signoff";
  const common = clientOptions(applicationName, options.lockTimeoutMs ?? lockTimeoutMs);
  const client = postgres(url, { ...common, max });
  const sql = postgres(url, { ...common, max: 2 });
  const db = drizzle(client, { schema, casing: "snake_case" });
  const enter = gate(max, max * waitingPerConnection);
  const begin = db.transaction.bind(db);
  db.transaction = async (work, config) => {
    const leave = await enter();
    try {
      return await begin(work, config);
    } finally {
      leave();
    }
  };
  return {
    db,
    sql,
    async close() {
      const timeout = closeWithinSeconds;
      await Promise.all([client.end({ timeout }), sql.end({ timeout })]);
    },
  };
}

function clientOptions(applicationName: string, lockTimeout: number) {
  return {
    connect_timeout: connectTimeoutSeconds,
    idle_timeout: 60,
    // postgres.js waits up to 20 s before it reconnects; a click must not wait that long once the server is back.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      // A statement that may wait longer for a lock may take longer.
      statement_timeout: Math.max(statementTimeoutMs, lockTimeout + 1_000),
      lock_timeout: lockTimeout,
      idle_in_transaction_session_timeout: 10_000,
    },
  } satisfies postgres.Options<Record<string, postgres.PostgresType>>;
}

/**
 * A queue with a limit in length and time; postgres.js alone would queue without bound, and Slack's 3 seconds would
 * pass in the queue. Entering gives the function that leaves.
 */
function gate(places: number, maxWaiting: number): () => Promise<() => void> {
  let inside = 0;
  const waiting = new Set<() => void>();

  const leave = () => {
    inside--;
    const [next] = waiting;
    next?.();
  };

  return () => {
    if (inside < places) {
      inside++;
      return Promise.resolve(leave);
    }
    if (waiting.size >= maxWaiting) {
      return Promise.reject(new DatabaseBusy(`${maxWaiting} transactions are waiting already`));
    }
    return new Promise((resolve, reject) => {
      const admit = () => {
        clearTimeout(timer);
        waiting.delete(admit);
        inside++;
        resolve(leave);
      };
      const timer = setTimeout(() => {
        waiting.delete(admit);
        reject(new DatabaseBusy(`No connection became free within ${waitForConnectionMs} ms`));
      }, waitForConnectionMs);
      waiting.add(admit);
    });
  };
}

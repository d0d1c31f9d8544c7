import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "../schema/index.ts";
import { connectionLimit, limited, type PoolStats } from "./connection-limit.ts";
import { unlessLost } from "./lost-connection.ts";

export type Db = PostgresJsDatabase<typeof schema>;

/** An open transaction. Writes take a `Tx`, so that nobody can write outside of one; reads take `Db | Tx`. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

export type Database = {
  /** What it is asked waits in a bounded queue: `DatabaseBusy` is thrown when it cannot begin within a second. */
  db: Db;
  /** A second client: drizzle changes the serializers of its own. For raw SQL and NOTIFY. */
  sql: postgres.Sql;
  /** How much of the connections for drizzle is in use, and who waits for one. */
  pool(): PoolStats;
  /** Waits for what runs, at most so many milliseconds (default 3,000), then closes both clients. */
  close(withinMs?: number): Promise<void>;
};

export type ConnectOptions = {
  /** Connections for drizzle; default 10. */
  max?: number;
  /** How long a statement waits for a lock, in milliseconds; default 1,500. Races of many on a busy machine take longer. */
  lockTimeoutMs?: number;
  /** Shown in pg_stat_activity; default `signoff`. */
  applicationName?: string;
};

// A decision, its locks and its commit must fit inside the 3 seconds that Slack waits for an answer
// (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response).
const lockTimeoutMs = 1_500;
const statementTimeoutMs = 2_500;
const connectTimeoutSeconds = 2;
const waitForConnectionMs = 1_000;
const waitingPerConnection = 20;
// A statement has ended by then. postgres.js uses it up where a connection was cut during a statement and never needed again.
const closeWithinMs = 3_000;

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
  const pool = connectionLimit({
    places: max,
    maxWaiting: max * waitingPerConnection,
    waitMs: waitForConnectionMs,
  });
  const db = drizzle(limited(prepared(client), pool), { schema, casing: "snake_case" });
  const begin = db.transaction.bind(db);
  db.transaction = async (work, config) => {
    const leave = await pool.enter();
    try {
      return await begin(work, config);
    } finally {
      leave();
    }
  };
  return {
    db,
    sql,
    pool: pool.stats,
    async close(withinMs = closeWithinMs) {
      const timeout = withinMs / 1000;
      await Promise.all([client.end({ timeout }), sql.end({ timeout })]);
    },
  };
}

/** Statements with more parameters than this are long lists: each length would be a statement of its own. */
const mostParameters = 40;

/**
 * Drizzle sends every statement unprepared, which the driver needs two round trips for, and the server plans each time.
 * Here the server is asked to remember them: a connection keeps a statement for as long as it lives.
 */
function prepared<T extends postgres.Sql | postgres.TransactionSql>(client: T): T {
  return new Proxy(client, {
    get(target, name, receiver) {
      if (name === "unsafe") {
        return (query: string, params: never[] = [], options: object = {}) =>
          target.unsafe(query, params, { ...options, prepare: params.length <= mostParameters });
      }
      if (name === "begin") {
        return (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
          (target as postgres.Sql).begin((tx) => unlessLost(work(prepared(tx))));
      }
      return Reflect.get(target, name, receiver);
    },
  });
}

function clientOptions(applicationName: string, lockTimeout: number) {
  return {
    connect_timeout: connectTimeoutSeconds,
    idle_timeout: 60,
    // The driver would ask each new connection for array types, and nobody hears when that fails; drizzle reads arrays itself.
    fetch_types: false,
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

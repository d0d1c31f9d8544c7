import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "../schema/index.ts";
import { connectionLimit, limited, type PoolStats } from "./connection-limit.ts";
import { unlessLost } from "./lost-connection.ts";

export type Db = PostgresJsDatabase<typeof schema>;

/** An open transaction. Writes take a `Tx`, so that they can't happen outside a transaction; reads take `Db | Tx`. */
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

export type Database = {
  /** Statements wait in a bounded queue. Throws `DatabaseBusy` if one can't start within a second. */
  db: Db;
  /** A second client for raw SQL and NOTIFY, because Drizzle changes the serializers of its own client. */
  sql: postgres.Sql;
  /** Returns how many of Drizzle's connections are in use, and how many callers wait for one. */
  pool(): PoolStats;
  /** Waits for running statements, at most this many milliseconds (default 3,000), then closes both clients. */
  close(withinMs?: number): Promise<void>;
};

export type ConnectOptions = {
  /** Connections for Drizzle; default 10. */
  max?: number;
  /** How long a statement waits for a lock, in milliseconds; default 1,500. */
  lockTimeoutMs?: number;
  /** Shown in pg_stat_activity; default `signoff`. */
  applicationName?: string;
};

// A decision, its locks, and its commit must fit in the 3 seconds that Slack waits for an answer
// (https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response).
const lockTimeoutMs = 1_500;
const statementTimeoutMs = 2_500;
const connectTimeoutSeconds = 2;
const waitForConnectionMs = 1_000;
const waitingPerConnection = 20;
// Longer than a statement can take. postgres.js waits this long if a connection broke during its last statement.
const closeWithinMs = 3_000;

/**
 * Opens the database. Connections are opened when they are needed, so this never fails. If there is no server, the first
 * statement throws within about 2 s.
 *
 * @param url a Postgres 15+ URL. The timeouts are sent as startup parameters. PgBouncer accepts them only with
 *   `ignore_startup_parameters`, and then ignores them.
 */
export function connect(url: string, options: ConnectOptions = {}): Database {
  const max = options.max ?? 10;
  const applicationName = options.applicationName ?? "signoff";
  const common = clientOptions(applicationName, options.lockTimeoutMs ?? lockTimeoutMs);
  const client = postgres(url, { ...common, max });
  const sql = postgres(url, { ...common, max: 2 });
  const pool = connectionLimit({
    connections: max,
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

/** Statements with more parameters than this contain long lists. Each list length would be its own prepared statement. */
const mostParameters = 40;

/**
 * Returns the same client, whose statements are prepared once per connection. Drizzle sends every statement unprepared,
 * which takes two round trips and a new plan each time.
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
      if (name === "savepoint") {
        return (work: (tx: postgres.TransactionSql) => Promise<unknown>) =>
          (target as postgres.TransactionSql).savepoint((tx) => work(prepared(tx)));
      }
      return Reflect.get(target, name, receiver);
    },
  });
}

function clientOptions(applicationName: string, lockTimeout: number) {
  return {
    connect_timeout: connectTimeoutSeconds,
    idle_timeout: 60,
    // The driver would query array types on each new connection and ignore a failure. Drizzle parses arrays itself.
    fetch_types: false,
    // By default, postgres.js waits up to 20 s before it reconnects, which is too long for a click.
    backoff: (attempt: number) => Math.min(0.05 * 2 ** attempt, 0.5),
    onnotice: () => {},
    connection: {
      application_name: applicationName,
      // Leaves a statement a second after it got its lock.
      statement_timeout: Math.max(statementTimeoutMs, lockTimeout + 1_000),
      lock_timeout: lockTimeout,
      idle_in_transaction_session_timeout: 10_000,
    },
  } satisfies postgres.Options<Record<string, postgres.PostgresType>>;
}

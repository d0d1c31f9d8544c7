import { connect, type Database } from "../../db/connection/connect.ts";
import { migrate } from "../../db/connection/migrate.ts";
import type { Config } from "../config.ts";
import { startSchedule } from "../jobs/schedule.ts";
import { errorWords } from "../lib/error-words.ts";
import type { Log } from "../lib/log.ts";
import { kinds } from "../outbox/items.ts";
import { wakeAll, wakeOnNotify } from "../outbox/wake.ts";
import { type Outbox, startOutbox } from "../outbox/worker.ts";
import { getRequestProgress } from "../queries/requests/get-request-progress.ts";
import { tellOfUpgrade } from "../usecases/delivery/tell-of-upgrade.ts";
import type { Context } from "../usecases/shared/context.ts";
import { createRequestWaiters, type RequestWaiters } from "../web/api/requests/request-waiters.ts";
import { closeBreakers, createBreakers } from "./breakers.ts";
import { createCore } from "./core.ts";
import { startHttpServer } from "./http-server.ts";
import { createHandlers } from "./outbox-handlers.ts";
import { createSlackDeps } from "./slack-deps.ts";

/** Settings for tests and benchmarks. */
export type AppOptions = {
  log: Log;
  now?: () => Date;
  /** How long an outbox item is leased, in milliseconds. */
  leaseMs?: number;
  /** How many outbox items run at once. With 0, nothing is delivered. */
  deliveriesAtOnce?: number;
  /** How many database connections people's requests may use. Default: 10. */
  connections?: number;
  /** How long a Slack listener may take, in milliseconds. Default: 2,500; Slack waits 3,000. */
  answerWithinMs?: number;
};

export type App = {
  port: number;
  context: Context;
  organizationId: string;
  /** Resolves when every due item has been carried out. */
  idle(): Promise<void>;
  /** Accepts no more work, finishes what is running within `graceMs` milliseconds, and closes everything. */
  stop(graceMs?: number): Promise<void>;
};

/**
 * The composition root: migrates the database, connects the parts of the app, and starts them.
 *
 * @throws Error if the database cannot be used, or Slack rejects the token or cannot be reached
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  await migrate(config.databaseUrl).catch((error: unknown) => {
    const words = errorWords(error);
    throw new Error(`The database cannot be used: ${words}. Check DATABASE_URL and that PostgreSQL runs.`);
  });
  const { connections: max } = options;
  const database = connect(config.databaseUrl, max === undefined ? {} : { max });
  try {
    return await startParts(config, options, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function startParts(config: Config, options: AppOptions, database: Database): Promise<App> {
  const { log, now = () => new Date(), answerWithinMs = 2_500 } = options;
  let outbox: Outbox | undefined;
  let waiters: RequestWaiters | undefined;
  const followers = { wake: () => [outbox, waiters].forEach((follower) => void follower?.wake()) };
  const wake = wakeAll(database, () => followers, log);
  const core = await createCore({ config, log, database, now, wake });
  const { context, installed, metrics } = core;
  const { organizationId } = installed;
  waiters = startRequestWaiters(context, log);
  const slackDeps = createSlackDeps(core, answerWithinMs);
  const handlers = createHandlers(core, slackDeps, createBreakers(context, core.clients, log));
  metrics.expectKinds(kinds);
  await closeBreakers(context, organizationId);
  await tellOfUpgrade(context, organizationId);
  const notifications = await wakeOnNotify(config.databaseUrl, followers);
  const sweep = async () => {
    waiters?.wake();
    await outbox?.sweep();
  };
  const schedule = await startSchedule({ context, organizationId, sweep, log });
  const http = await startHttpServer(core, slackDeps, waiters);
  // The worker starts last, so that a start that fails or is interrupted has claimed nothing.
  const worker = startOutbox({
    database,
    handlers,
    log,
    ...workerOptions(options),
    attempted: metrics.attempted,
  });
  outbox = worker;
  return {
    port: http.port,
    context,
    organizationId,
    idle: () => worker.idle(),
    stop: async (graceMs = 10_000) => {
      // Items that are added from here on are left to the other replicas, or the next start.
      const workMs = graceMs * 0.8;
      await Promise.all([schedule.stop(), http.stop(workMs), worker.stop(workMs)]);
      await Promise.all([notifications.stop(), database.close(Math.max(1_000, graceMs * 0.15))]);
    },
  };
}

const workerOptions = ({ leaseMs, deliveriesAtOnce: concurrency }: AppOptions) => ({
  ...(leaseMs !== undefined && { leaseMs }),
  ...(concurrency !== undefined && { concurrency }),
});

/** Returns what API calls wait on until a request changes. */
function startRequestWaiters({ db, now }: Context, log: Log): RequestWaiters {
  const readProgress = (organizationId: string, numbers: readonly number[]) =>
    getRequestProgress(db, organizationId, numbers);
  return createRequestWaiters({ readProgress, now, log });
}

import { type App, startApp } from "../compose/app.ts";
import { ConfigError, readConfig } from "../config.ts";
import { createLog, type Log } from "../lib/log.ts";
import { findDatabase } from "./find-database.ts";

/** The whole stop takes at most 10 s; where something hangs beyond that the process ends all the same. */
const stopLimitMs = 11_000;

/** What there is to stop so far. */
type Running = { app?: App; database?: { stop(): Promise<void> } };

/** env → app → listen → graceful stop. Exit code 1, and one message, where it cannot start. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const running: Running = {};
  stopOnSignal(running, log);
  const database = await findDatabase(config.databaseUrl);
  running.database = database;
  running.app = await startApp({ ...config, databaseUrl: database.url }, { log });
  log.info({ port: running.app.port, organization: running.app.organizationId }, "Signoff listens");
}

/** The first signal lets what is under way finish, the second one ends the process at once. */
function stopOnSignal(running: Running, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "Stopping");
    setTimeout(() => {
      log.error({}, "Not stopped in time");
      process.exit(1);
    }, stopLimitMs).unref();
    void stopAll(running).then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, "Not stopped cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** A start that is interrupted has nothing under way: what it had begun in the database rolls back. */
async function stopAll({ app, database }: Running): Promise<void> {
  await app?.stop();
  await database?.stop();
}

main().catch((error: unknown) => {
  const words = error instanceof ConfigError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`Signoff did not start.\n${words}\n`);
  process.exit(1);
});

import { type App, startApp } from "../compose/app.ts";
import { readConfig } from "../config.ts";
import { errorWords } from "../lib/error-words.ts";
import { createLog, type Log } from "../lib/log.ts";
import { openDatabase } from "./open-database.ts";

/** The app stops within 10 s. If it hangs, the process ends after this time, in milliseconds. */
const stopLimitMs = 11_000;

/** What has started so far and has to be stopped. */
type Running = { app?: App; database?: { stop(): Promise<void> } };

/** Reads the environment, starts the app, and stops it on a signal. If it cannot start: one message and exit code 1. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const running: Running = {};
  stopOnSignal(running, log);
  const database = await openDatabase(config.databaseUrl);
  running.database = database;
  running.app = await startApp({ ...config, databaseUrl: database.url }, { log });
  log.info({ port: running.app.port, organization: running.app.organizationId }, "Signoff listens");
}

/** Stops gracefully at the first SIGTERM or SIGINT, and ends the process immediately at the second. */
function stopOnSignal(running: Running, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "Stopping");
    setTimeout(() => {
      log.error({}, "The process did not stop in time");
      process.exit(1);
    }, stopLimitMs).unref();
    void stopAll(running).then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, "The process did not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

/** Stops what has started. An interrupted start needs nothing else: its database changes roll back. */
async function stopAll({ app, database }: Running): Promise<void> {
  await app?.stop();
  await database?.stop();
}

main().catch((error: unknown) => {
  const words = errorWords(error);
  process.stderr.write(`Signoff did not start.\n${words}\n`);
  process.exit(1);
});

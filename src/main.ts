import { startApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import { findDatabase } from "./find-database.ts";
import { createLog } from "./log.ts";

/** env → app → listen → graceful stop. Exit code 1, and one message, where it cannot start. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const database = await findDatabase(config.databaseUrl);
  const app = await startApp({ ...config, databaseUrl: database.url }, { log });
  log.info({ port: app.port, organization: app.organizationId }, "Signoff listens");
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "Stopping");
    void app
      .stop()
      .then(() => database.stop())
      .then(
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

main().catch((error: unknown) => {
  const words = error instanceof ConfigError || error instanceof Error ? error.message : String(error);
  process.stderr.write(`Signoff did not start.\n${words}\n`);
  process.exit(1);
});

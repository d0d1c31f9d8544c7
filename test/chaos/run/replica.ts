import { startApp } from "../../../src/compose/app.ts";
import { readConfig } from "../../../src/config.ts";
import { createLog } from "../../../src/lib/log.ts";

/** The bot as main.ts starts it, with a short lease: what a killed process held comes back while the run is on. */
const config = readConfig();
const log = createLog(config.logLevel);
const app = await startApp(config, { log, leaseMs: Number(process.env.CHAOS_LEASE_MS) });

process.on("SIGTERM", () => {
  void app.stop().then(
    () => process.exit(0),
    (error) => {
      log.error({ err: error }, "Not stopped cleanly");
      process.exit(1);
    },
  );
});

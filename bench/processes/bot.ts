import { type App, startApp } from "../../src/compose/app.ts";
import { readConfig } from "../../src/config.ts";
import { createLog } from "../../src/lib/log.ts";
import { answerParent } from "../process.ts";

/** A few lines are enough to see what is wrong when thousands of clicks fail for the same reason. */
let errorsLeft = 3;
function firstErrors(line: string): void {
  if (errorsLeft-- > 0) process.stderr.write(line);
}

/** The bot with its production wiring. */
let app: App | undefined;

export type BotStart = {
  env: Record<string, string>;
  /** Never delivers the items in the outbox. */
  held: boolean;
};

answerParent(
  {
    start: async ({ env, held }: BotStart) => {
      const log = createLog("error", { write: firstErrors });
      app = await startApp(readConfig(env), { log, ...(held && { deliveriesAtOnce: 0 }) });
      return app.port;
    },
    idle: () => app?.idle(),
    memory: () => {
      const { gc } = globalThis as { gc?: () => void };
      gc?.();
      gc?.();
      return process.memoryUsage();
    },
  },
  async () => app?.stop(2_000),
);

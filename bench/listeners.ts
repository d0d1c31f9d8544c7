import type { Cluster } from "./cluster.ts";
import { workspace } from "./payloads.ts";
import { type Child, startChild } from "./process.ts";
import type { BotStart } from "./processes/bot.ts";
import type { LoadJob, LoadResult } from "./processes/load.ts";
import type { StackStart } from "./processes/stack.ts";
import type { Row } from "./stats.ts";

/** What each section receives. */
export type Bench = {
  cluster: Cluster;
  /** How often each measurement is repeated. The printed value is the median of the rounds. */
  rounds: number;
  /** How long the memory is measured. */
  minutes: number;
  /** How many closed requests the full database contains. */
  past: number;
  /** A folder for a CPU profile of the bot, or null for none. */
  profile: string | null;
  say(words: string): void;
};

export type Section = (bench: Bench) => Promise<Row[]>;

/** A process that receives Slack's requests. */
export type Listener = Child & { port: number };

/** Starts the bot on a database. Slack and Resend are another process, which responds immediately. */
export async function startBot(
  databaseUrl: string,
  options: { held?: boolean; flags?: readonly string[] } = {},
): Promise<{ bot: Listener; providers: Child; stop(): Promise<void> }> {
  const providers = startChild("providers.ts");
  const providersPort = await providers.ask<number>("listen");
  const bot = startChild("bot.ts", options.flags);
  const start: BotStart = { env: environment(databaseUrl, providersPort), held: options.held ?? false };
  const port = await bot.ask<number>("start", start);
  return {
    bot: { ...bot, port },
    providers,
    stop: async () => {
      await bot.stop();
      await providers.stop();
    },
  };
}

/** The bot's environment. */
export function environment(databaseUrl: string, providersPort: number): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: "0",
    HOST: "127.0.0.1",
    PUBLIC_URL: "http://127.0.0.1:3000",
    SLACK_API_URL: `http://127.0.0.1:${providersPort}/api/`,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: workspace.signingSecret,
    RESEND_API_KEY: "re_bench",
    RESEND_BASE_URL: `http://127.0.0.1:${providersPort}`,
    EMAIL_FROM: "Signoff <signoff@bench.example>",
    SIGNOFF_SECRET: "a-secret-that-only-the-bench-uses",
    LOG_LEVEL: "error",
  };
}

/** Starts the bot's web stack with an empty listener, or with a listener that runs one statement. */
export async function startStack(databaseUrl: string | null): Promise<Listener> {
  const stack = startChild("stack.ts");
  const port = await stack.ask<number>("start", { databaseUrl } satisfies StackStart);
  return { ...stack, port };
}

/**
 * Sends a job to the load process.
 * @throws unless every response is 200
 */
export async function send(load: Child, job: LoadJob): Promise<LoadResult> {
  const result = await load.ask<LoadResult>("run", job);
  if (result.statuses["200"] !== job.bodies.length) {
    throw new Error(`Not every response was 200: ${JSON.stringify(result.statuses)} ${result.firstBody}`);
  }
  return result;
}

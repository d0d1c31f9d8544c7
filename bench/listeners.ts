import type { Cluster } from "./cluster.ts";
import type { Row } from "./figures.ts";
import { workspace } from "./payloads.ts";
import { type Child, startChild } from "./process.ts";
import type { BotStart } from "./processes/bot.ts";
import type { LoadJob, LoadResult } from "./processes/load.ts";
import type { StackStart } from "./processes/stack.ts";

/** What a section is given. */
export type Bench = {
  cluster: Cluster;
  /** How often each measurement is repeated; what is printed is the median of the rounds. */
  rounds: number;
  /** How long the memory is watched. */
  minutes: number;
  /** How many requests that are over the full database holds. */
  past: number;
  /** A folder for a CPU profile of the bot, or null. */
  profile: string | null;
  say(words: string): void;
};

export type Section = (bench: Bench) => Promise<Row[]>;

/** A process that listens for Slack's requests. */
export type Listener = Child & { port: number };

/** The bot on a database, with Slack and Resend answering at once from another process. */
export async function startBot(
  databaseUrl: string,
  options: { held?: boolean; flags?: readonly string[] } = {},
): Promise<{ bot: Listener; providers: Child; stop(): Promise<void> }> {
  const providers = startChild("far-ends.ts");
  const farPort = await providers.ask<number>("listen");
  const bot = startChild("bot.ts", options.flags);
  const start: BotStart = { env: environment(databaseUrl, farPort), held: options.held ?? false };
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

/** The environment that the bot runs with. */
export function environment(databaseUrl: string, farPort: number): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: "0",
    HOST: "127.0.0.1",
    PUBLIC_URL: "http://127.0.0.1:3000",
    SLACK_API_URL: `http://127.0.0.1:${farPort}/api/`,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: workspace.signingSecret,
    RESEND_API_KEY: "re_bench",
    RESEND_BASE_URL: `http://127.0.0.1:${farPort}`,
    EMAIL_FROM: "Signoff <signoff@bench.example>",
    SIGNOFF_SECRET: "a-secret-that-only-the-bench-uses",
    LOG_LEVEL: "error",
  };
}

/** The bot's stack with an empty listener, or with one statement behind it. */
export async function startStack(databaseUrl: string | null): Promise<Listener> {
  const stack = startChild("stack.ts");
  const port = await stack.ask<number>("start", { databaseUrl } satisfies StackStart);
  return { ...stack, port };
}

/** Sends a job from the load process. Throws unless everything was answered 200, with these words where any are wanted. */
export async function send(load: Child, job: LoadJob): Promise<LoadResult> {
  const result = await load.ask<LoadResult>("run", job);
  if (result.statuses["200"] !== job.bodies.length) {
    throw new Error(`Not all were answered 200: ${JSON.stringify(result.statuses)} ${result.said}`);
  }
  return result;
}

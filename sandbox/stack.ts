import { readFile } from "node:fs/promises";
import { type App, type AppOptions, startApp } from "../src/compose/app.ts";
import { seedDeps } from "../src/compose/seed-deps.ts";
import { type Config, readConfig } from "../src/config.ts";
import { loadSeedFile } from "../src/seed/load-seed-file.ts";
import { slackClients } from "../src/slack/client/clients.ts";
import { freePort } from "./free-port.ts";
import { type MailStandIn, startMail } from "./mail.ts";
import { type SlackOptions, type SlackStandIn, startSlack } from "./slack/index.ts";

export type StackOptions = {
  databaseUrl: string;
  /** Path of the Slack app's manifest. */
  manifest: string;
  /** The path of the seed file. Without it, the database is not changed. */
  seed?: string;
  slack: Pick<SlackOptions, "people"> & Partial<SlackOptions>;
  app: AppOptions;
  /** Called before the bot starts, for what exists in the workspace already. */
  prepare?: (slack: SlackStandIn) => void;
  /** Additional environment variables of the bot. */
  env?: Record<string, string>;
  /** The bot's port. Default: any free one. */
  port?: number;
};

export type Stack = {
  slack: SlackStandIn;
  mail: MailStandIn;
  /** The bot's environment. Only addresses and keys differ from production. */
  env: Record<string, string>;
  config: Config;
  app: App;
  botUrl: string;
  /** Starts the bot again in this process after it was stopped. */
  restart(): Promise<App>;
  stop(): Promise<void>;
};

const signingSecret = "sandbox-signing-secret";
const botToken = "xoxb-sandbox";

/**
 * Starts the bot with its production wiring and stand-ins for Slack and Resend, which all communicate over
 * HTTP.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  let bot: App | undefined;
  let lastPort = options.port ?? 0;
  const botUrl = () => `http://127.0.0.1:${bot?.port ?? lastPort}`;
  const { manifest } = options;
  const slack = await startSlack({ manifest, signingSecret, botToken, botUrl, ...options.slack });
  options.prepare?.(slack);
  const mail = await startMail();
  const start = async () => {
    const env = environment(options, slack, mail, lastPort);
    bot = await startApp(readConfig(env), options.app);
    lastPort = bot.port;
    return bot;
  };
  // Links in emails need the port before the bot starts, so choose a free one and keep it.
  if (lastPort === 0) lastPort = await freePort();
  const env = environment(options, slack, mail, lastPort);
  const config = readConfig(env);
  await start();
  const stack: Stack = {
    slack,
    mail,
    env,
    config,
    get app() {
      return bot as App;
    },
    botUrl: botUrl(),
    restart: start,
    async stop() {
      await bot?.stop(2000);
      await Promise.all([slack.stop(), mail.stop()]);
    },
  };
  if (options.seed !== undefined) await seed(stack, options);
  return stack;
}

function environment(
  { databaseUrl, env = {} }: StackOptions,
  slack: SlackStandIn,
  mail: MailStandIn,
  port: number,
): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    HOST: "127.0.0.1",
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SLACK_API_URL: slack.url,
    SLACK_BOT_TOKEN: botToken,
    SLACK_SIGNING_SECRET: signingSecret,
    RESEND_API_KEY: "re_sandbox",
    RESEND_BASE_URL: mail.url,
    EMAIL_FROM: "Signoff <signoff@acme.example>",
    SIGNOFF_SECRET: "a-secret-that-only-the-sandbox-uses",
    ...env,
  };
}

async function seed({ app, config }: Stack, { seed: path, app: { log } }: StackOptions): Promise<void> {
  const clients = slackClients({ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log });
  const text = await readFile(path as string, "utf8");
  await loadSeedFile(seedDeps(app.context, clients, config), app.organizationId, text);
}

import { z } from "zod";
import { type LogLevel, logLevels } from "./lib/log.ts";

/** Everything that the process is told from outside. */
export type Config = {
  /** A postgres:// address, or `embedded`. */
  databaseUrl: string;
  http: {
    port: number;
    host: string;
    /** Where links in emails point to; no slash at its end. */
    publicUrl: string;
  };
  slack: {
    botToken: string;
    signingSecret: string;
    /** Another Web API base, with a slash at its end; Slack's own without it. */
    apiUrl?: string;
  };
  email: {
    apiKey: string;
    /** `Name <address>` or an address. */
    from: string;
    /** Another Resend API base, no slash at its end; Resend's own without it. */
    baseUrl?: string;
  };
  /** The key for signed links and stored secrets. */
  secret: string;
  /** Whether webhooks may go to http and to addresses inside the network. */
  allowPrivateWebhooks: boolean;
  logLevel: LogLevel;
};

/** What loading a seed file needs of it. */
export type SeedConfig = Pick<Config, "databaseUrl" | "logLevel"> & {
  slack: Pick<Config["slack"], "botToken" | "apiUrl">;
};

/** What making a token on the command line needs of it. */
export type TokenConfig = Pick<Config, "databaseUrl">;

/** The environment cannot be used. The message names every fault, what is wrong and what to do, and no secret. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has ${count(faults.length)}:\n${faults.map((f) => `  ${f}\n`).join("")}`);
    this.faults = faults;
  }
}

const count = (faults: number) => (faults === 1 ? "1 fault" : `${faults} faults`);

type Env = Readonly<Record<string, string | undefined>>;

// No message of these repeats what was given: it may be a secret that landed in the wrong variable.
const needed = (what: string) => z.string({ error: `is missing. Set it to ${what}.` });

const databaseWhat =
  "the address of PostgreSQL 15 or later (postgres://user:password@host:5432/name), or to embedded";
const botTokenWhat = 'the bot token (xoxb-…), from "OAuth & Permissions" of the Slack app';
const fromWhat =
  'the sender of emails: an address, or "Name <address>", of a domain that Resend has verified';

const parts = {
  DATABASE_URL: needed(databaseWhat).refine(isDatabaseUrl, {
    error: `is not a database address. Set it to ${databaseWhat}.`,
  }),
  SLACK_BOT_TOKEN: needed(botTokenWhat).regex(/^xoxb-[\w.-]+$/, {
    error: `is not a bot token. Set it to ${botTokenWhat}.`,
  }),
  SLACK_SIGNING_SECRET: needed('the signing secret, from "Basic Information" of the Slack app'),
  SLACK_API_URL: webAddress("https://slack.com/api/")
    .transform((url) => `${url}/`)
    .optional(),
  SIGNOFF_SECRET: needed("32 or more random characters, e.g. the output of: openssl rand -hex 32").min(32, {
    error: "is shorter than 32 characters. Set it to random ones, e.g. the output of: openssl rand -hex 32.",
  }),
  SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: z
    .enum(["true", "false"], { error: "is neither true nor false. Set it to true or false." })
    .default("false"),
  RESEND_API_KEY: needed('the API key (re_…), from "API Keys" of the Resend account'),
  RESEND_BASE_URL: webAddress("https://api.resend.com").optional(),
  EMAIL_FROM: needed(fromWhat).refine(isSender, { error: `is not a sender. Set it to ${fromWhat}.` }),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: "is not a port. Set it to a number from 0 to 65535." })
    .transform(Number)
    .refine((port) => port <= 65535, { error: "is not a port. Set it to a number from 0 to 65535." })
    .default(3000),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/, {
      error: "is not a host to listen on. Set it to a name or an address, e.g. 127.0.0.1.",
    })
    .default("0.0.0.0"),
  PUBLIC_URL: webAddress("https://signoff.example.com").optional(),
  LOG_LEVEL: z
    .enum(logLevels, { error: `is not a level. Set it to one of ${logLevels.join(", ")}.` })
    .default("info"),
  SLACK_APP_TOKEN: unsupported("Socket Mode"),
  SLACK_CLIENT_ID: unsupported("Installing to many workspaces"),
  SLACK_CLIENT_SECRET: unsupported("Installing to many workspaces"),
};

const whole = z.object(parts);
const forSeed = whole.pick({
  DATABASE_URL: true,
  SLACK_BOT_TOKEN: true,
  SLACK_API_URL: true,
  LOG_LEVEL: true,
});

/**
 * Reads the whole configuration; a variable that is empty or blank counts as not set.
 * @throws ConfigError with every fault in one message
 */
export function readConfig(env: Env = process.env): Config {
  const read = parse(whole, env);
  return {
    databaseUrl: read.DATABASE_URL,
    http: { port: read.PORT, host: read.HOST, publicUrl: read.PUBLIC_URL ?? `http://localhost:${read.PORT}` },
    slack: {
      botToken: read.SLACK_BOT_TOKEN,
      signingSecret: read.SLACK_SIGNING_SECRET,
      ...given("apiUrl", read.SLACK_API_URL),
    },
    email: { apiKey: read.RESEND_API_KEY, from: read.EMAIL_FROM, ...given("baseUrl", read.RESEND_BASE_URL) },
    secret: read.SIGNOFF_SECRET,
    allowPrivateWebhooks: read.SIGNOFF_ALLOW_PRIVATE_WEBHOOKS === "true",
    logLevel: read.LOG_LEVEL,
  };
}

/**
 * Reads what loading a seed file needs.
 * @throws ConfigError with every fault in one message
 */
export function readSeedConfig(env: Env = process.env): SeedConfig {
  const read = parse(forSeed, env);
  return {
    databaseUrl: read.DATABASE_URL,
    slack: { botToken: read.SLACK_BOT_TOKEN, ...given("apiUrl", read.SLACK_API_URL) },
    logLevel: read.LOG_LEVEL,
  };
}

/**
 * Reads what making a token on the command line needs.
 * @throws ConfigError with every fault in one message
 */
export function readTokenConfig(env: Env = process.env): TokenConfig {
  return { databaseUrl: parse(whole.pick({ DATABASE_URL: true }), env).DATABASE_URL };
}

function parse<T>(schema: z.ZodType<T>, env: Env): T {
  const set: Record<string, string> = {};
  for (const name of Object.keys(parts)) {
    const value = env[name]?.trim();
    if (value) set[name] = value;
  }
  const result = schema.safeParse(set);
  if (result.success) return result.data;
  const faults = new Map(result.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
  throw new ConfigError([...faults].map(([name, message]) => `${name} ${message}`));
}

function given<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string };
}

function webAddress(example: string) {
  return z
    .string()
    .refine(isWebAddress, {
      error: `is not a web address. Set it to an http or https address without ? and #, e.g. ${example}.`,
    })
    .transform((url) => url.replace(/\/+$/, ""));
}

function unsupported(what: string) {
  return z.undefined({ error: `is set, but ${what} is not supported yet. Remove it.` }).optional();
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function isWebAddress(text: string): boolean {
  const url = parseUrl(text);
  if (url === undefined || url.username !== "" || url.password !== "") return false;
  return /^https?:$/.test(url.protocol) && !/[?#\s]/.test(text);
}

function isDatabaseUrl(text: string): boolean {
  if (text === "embedded") return true;
  const url = parseUrl(text);
  return url !== undefined && /^postgres(ql)?:$/.test(url.protocol) && text.includes("://");
}

function isSender(text: string): boolean {
  const address = /^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
  return /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]+$/.test(address);
}

import { z } from "zod";
import { type LogLevel, logLevels } from "./lib/log.ts";
import { botTokenHint, isSlackToken, wrongTokenKind } from "./lib/slack-token.ts";

/** Everything that the environment configures. */
export type Config = {
  /** A postgres:// URL, or `embedded` for a local development database. */
  databaseUrl: string;
  http: {
    port: number;
    host: string;
    /** The base URL of links in emails, without a trailing slash. */
    publicUrl: string;
  };
  slack: {
    botToken: string;
    signingSecret: string;
    /** The base URL of the Web API, with a trailing slash. Absent: Slack's own. */
    apiUrl?: string;
  };
  email: {
    apiKey: string;
    /** The sender: an address, or `Name <address>`. */
    from: string;
    /** The base URL of the Resend API, without a trailing slash. Absent: Resend's own. */
    baseUrl?: string;
  };
  /** SIGNOFF_SECRET: the keys for signed links, report tokens, and stored secrets are derived from it. */
  secret: string;
  /** Whether webhooks may use http and private network addresses. */
  allowPrivateWebhooks: boolean;
  logLevel: LogLevel;
};

/** The part of the configuration that `npm run seed` needs. */
export type SeedConfig = Pick<Config, "databaseUrl" | "logLevel" | "allowPrivateWebhooks"> & {
  slack: Pick<Config["slack"], "botToken" | "apiUrl">;
  /** Only files that create webhooks need it. */
  secret?: string;
};

/** The part of the configuration that `npm run token` needs. */
export type TokenConfig = Pick<Config, "databaseUrl">;

/** The environment is not valid. The message lists each fault and how to fix it, and contains no secret. */
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

// No message repeats the value: it could be a secret in the wrong variable.
const required = (what: string) => z.string({ error: `is missing. Set it to ${what}.` });

const databaseUrlHint =
  "the address of PostgreSQL 15 or later (postgres://user:password@host:5432/name), or to embedded";
const signingSecretHint = 'the signing secret, from "Basic Information" of the Slack app';
const senderHint =
  'the sender of emails: an address, or "Name <address>", of a domain that Resend has verified';

/** 32 random hexadecimal digits have fewer different ones once in ten million times. */
const leastVariety = 8;

const variables = {
  DATABASE_URL: required(databaseUrlHint).refine(isDatabaseUrl, {
    error: `is not a database address. Set it to ${databaseUrlHint}.`,
  }),
  SLACK_BOT_TOKEN: required(botTokenHint).refine((text) => wrongTokenKind(text) === undefined, {
    error: ({ input }) => `${wrongTokenKind(String(input))} Set it to ${botTokenHint}.`,
  }),
  SLACK_SIGNING_SECRET: required(signingSecretHint).refine((text) => !isSlackToken(text), {
    error: `is a token. Set it to ${signingSecretHint}.`,
  }),
  SLACK_API_URL: webAddress("https://slack.com/api/")
    .transform((url) => `${url}/`)
    .optional(),
  SIGNOFF_SECRET: required("32 or more random characters, e.g. the output of: openssl rand -hex 32")
    .min(32, {
      error:
        "is shorter than 32 characters. Set it to random ones, e.g. the output of: openssl rand -hex 32.",
    })
    .refine((text) => text.length < 32 || new Set(text).size >= leastVariety, {
      error: `has fewer than ${leastVariety} different characters, so it can be guessed. Set it to random ones, e.g. the output of: openssl rand -hex 32.`,
    }),
  SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: z
    .enum(["true", "false"], { error: "is neither true nor false. Set it to true or false." })
    .default("false"),
  RESEND_API_KEY: required('the API key (re_…), from "API Keys" of the Resend account'),
  RESEND_BASE_URL: webAddress("https://api.resend.com").optional(),
  EMAIL_FROM: required(senderHint).refine(isSender, { error: `is not a sender. Set it to ${senderHint}.` }),
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

const allVariables = z.object(variables);
const seedVariables = allVariables
  .pick({
    DATABASE_URL: true,
    SLACK_BOT_TOKEN: true,
    SLACK_API_URL: true,
    LOG_LEVEL: true,
    SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: true,
  })
  .extend({ SIGNOFF_SECRET: allVariables.shape.SIGNOFF_SECRET.optional() });

/**
 * Returns the whole configuration. An empty or blank variable counts as not set.
 *
 * @throws ConfigError with every fault in one message
 */
export function readConfig(env: Env = process.env): Config {
  const read = parse(allVariables, env);
  return {
    databaseUrl: read.DATABASE_URL,
    http: { port: read.PORT, host: read.HOST, publicUrl: read.PUBLIC_URL ?? `http://localhost:${read.PORT}` },
    slack: {
      botToken: read.SLACK_BOT_TOKEN,
      signingSecret: read.SLACK_SIGNING_SECRET,
      ...optional("apiUrl", read.SLACK_API_URL),
    },
    email: {
      apiKey: read.RESEND_API_KEY,
      from: read.EMAIL_FROM,
      ...optional("baseUrl", read.RESEND_BASE_URL),
    },
    secret: read.SIGNOFF_SECRET,
    allowPrivateWebhooks: read.SIGNOFF_ALLOW_PRIVATE_WEBHOOKS === "true",
    logLevel: read.LOG_LEVEL,
  };
}

/**
 * Returns the configuration of `npm run seed`.
 *
 * @throws ConfigError with every fault in one message
 */
export function readSeedConfig(env: Env = process.env): SeedConfig {
  const read = parse(seedVariables, env);
  return {
    databaseUrl: read.DATABASE_URL,
    slack: { botToken: read.SLACK_BOT_TOKEN, ...optional("apiUrl", read.SLACK_API_URL) },
    ...optional("secret", read.SIGNOFF_SECRET),
    allowPrivateWebhooks: read.SIGNOFF_ALLOW_PRIVATE_WEBHOOKS === "true",
    logLevel: read.LOG_LEVEL,
  };
}

/**
 * Returns the configuration of `npm run token`.
 *
 * @throws ConfigError with every fault in one message
 */
export function readTokenConfig(env: Env = process.env): TokenConfig {
  return { databaseUrl: parse(allVariables.pick({ DATABASE_URL: true }), env).DATABASE_URL };
}

function parse<T>(schema: z.ZodType<T>, env: Env): T {
  const given: Record<string, string> = {};
  for (const name of Object.keys(variables)) {
    const value = env[name]?.trim();
    if (value) given[name] = value;
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const faults = new Map(result.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
  throw new ConfigError([...faults].map(([name, message]) => `${name} ${message}`));
}

/** Returns an object with the property, or an empty one if there is no value. */
function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
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

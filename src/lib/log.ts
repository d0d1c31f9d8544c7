import { pino } from "pino";

/** The levels that `LOG_LEVEL` may name, from quiet to talkative. */
export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

export type LogLevel = (typeof logLevels)[number];

type WriteEntry = (facts: object, message: string) => void;

/**
 * What the code logs to. Each level takes the facts, with an error under `err`, and one sentence. Code that uses fewer
 * levels asks for fewer: `Pick<Log, "warn">`.
 */
export type Log = {
  trace: WriteEntry;
  debug: WriteEntry;
  info: WriteEntry;
  warn: WriteEntry;
  error: WriteEntry;
};

/** Fields that hold secrets, in the logged object and in the two levels below it. */
const secretFields = [
  "token",
  "botToken",
  "signingSecret",
  "apiKey",
  "secret",
  "authorization",
  "Authorization",
  "response_url",
  "trigger_id",
];

/** Secrets known by their shape: they hide in messages, stacks and URLs, where no field name gives them away. */
const secretShapes: readonly [RegExp, string][] = [
  [/\bx(?:ox[a-z]|app)-[\w.-]+/g, "[slack token]"],
  [/\bre_[A-Za-z0-9_]{8,}/g, "[resend key]"],
  [/\bBearer\s+[^\s"\\]+/gi, "Bearer [token]"],
  [/(\bpostgres(?:ql)?:\/\/[^:/@\s"\\]*):[^@\s"\\]+@/gi, "$1:[password]@"],
];

/** The text without the tokens, keys and passwords that can be told by their shape. */
export function withoutSecrets(text: string): string {
  return secretShapes.reduce((result, [shape, instead]) => result.replace(shape, instead), text);
}

/**
 * Makes the logger: one line of JSON per entry, times in ISO 8601, secrets taken out.
 * @param level the least severe level that is written
 * @param destination where the lines go; standard output without it
 */
export function createLog(level: LogLevel, destination?: pino.DestinationStream): pino.Logger {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
    redact: {
      paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
      censor: "[secret]",
    },
    hooks: { streamWrite: withoutSecrets },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** What a reader needs of an error. Not every field of it: clients hang whole requests and answers on theirs. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code, original } = error as Error & { code?: unknown; original?: unknown };
  const cause = error.cause ?? original;
  return {
    type: error.name === "Error" ? error.constructor.name : error.name,
    message: error.message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: error.stack,
    ...(cause instanceof Error && depth < 3 ? { cause: describeError(cause, depth + 1) } : {}),
  };
}

import { pino } from "pino";
import { errorWords } from "./error-words.ts";

/** The values of `LOG_LEVEL`, from the quietest to the most verbose. */
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

/**
 * Patterns of secrets in messages, stacks, and URLs, and the text that replaces each. Each takes linear time: what one scans
 * without a match is bounded.
 */
const secretPatterns: readonly [RegExp, string][] = [
  [/\bx(?:ox[a-z]|app)-[\w.-]+/g, "[slack token]"],
  [/\bre_[A-Za-z0-9_]{8,}/g, "[resend key]"],
  [/\bsgn_[\w-]{8,}/g, "[API token]"],
  [/\bsgr_[\w.-]{8,}/g, "[report token]"],
  [/\bwhsec_[\w+/=-]{8,}/g, "[webhook secret]"],
  [/\bBearer\s{1,8}[^\s"\\]+/gi, "Bearer [token]"],
  [/(\bpostgres(?:ql)?:\/\/[^:/@\s"\\]{0,100}):[^@\s"\\]{1,300}@/gi, "$1:[password]@"],
];

/** Returns the text without the tokens, keys, and passwords that match a known pattern. */
export function redactSecrets(text: string): string {
  return secretPatterns.reduce(
    (result, [pattern, replacement]) => result.replace(pattern, replacement),
    text,
  );
}

/**
 * Creates the logger. It writes one line of JSON per entry, with times in ISO 8601 and without secrets.
 *
 * @param level the least severe level that is written
 * @param destination receives the lines. Default: standard output.
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
    hooks: { streamWrite: redactSecrets },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Returns the fields of an error that a reader needs. HTTP clients attach whole requests and responses to theirs. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code, original } = error as Error & { code?: unknown; original?: unknown };
  const cause = error.cause ?? original;
  const message = errorWords(error);
  return {
    type: error.name === "Error" ? error.constructor.name : error.name,
    message,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: error.stack?.replace(error.message, () => message),
    ...(cause instanceof Error && depth < 3 ? { cause: describeError(cause, depth + 1) } : {}),
  };
}

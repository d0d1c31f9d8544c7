import { type Logger, LogLevel } from "@slack/bolt";
import type { Log } from "../../lib/log.ts";

/**
 * Returns a logger for Slack's libraries that writes to our log. Debug and info go one level lower, because they hold
 * whole requests. The level that the libraries set is ignored.
 */
export function slackLogger(log: Log): Logger {
  return {
    debug: (...parts) => log.trace({}, text(parts)),
    info: (...parts) => log.debug({}, text(parts)),
    warn: (...parts) => log.warn({}, text(parts)),
    error: (...parts) => log.error({}, text(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}

function text(parts: unknown[]): string {
  return parts.map((part) => (typeof part === "string" ? part : describe(part))).join(" ");
}

function describe(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message;
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return String(part);
  }
}

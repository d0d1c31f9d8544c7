import postgres from "postgres";
import { DatabaseBusy } from "./connection-limit.ts";

/** The driver's codes for a statement that was never sent: https://github.com/porsager/postgres#error-handling */
const neverSent = new Set(["CONNECT_TIMEOUT", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/**
 * Returns whether a failed statement certainly changed nothing: it was not sent, or the server reports that it failed.
 * After any other error the answer is lost, and the statement may have succeeded.
 */
export function nothingChanged(error: unknown): boolean {
  // Drizzle wraps the driver's error.
  const fault = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (fault instanceof DatabaseBusy) return true;
  // A FATAL error ends the connection. With synchronous replication, the commit may already have happened.
  if (fault instanceof postgres.PostgresError) return fault.severity === "ERROR";
  return neverSent.has(String((fault as { code?: unknown } | undefined)?.code));
}

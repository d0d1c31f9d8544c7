import postgres from "postgres";
import { DatabaseBusy } from "./connection-limit.ts";

/** The driver's codes for a statement that never left: https://github.com/porsager/postgres#error-handling */
const neverSent = new Set(["CONNECT_TIMEOUT", "ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/**
 * Whether a statement that failed has surely changed nothing: it was not sent, or the server itself says that it failed.
 * Any other fault lost the answer, and the statement may have been carried out.
 */
export function nothingChanged(error: unknown): boolean {
  // Drizzle hangs the driver's error on its own.
  const fault = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (fault instanceof DatabaseBusy) return true;
  // With a FATAL one the connection ends, and with synchronous replication the commit may have been done by then.
  if (fault instanceof postgres.PostgresError) return fault.severity === "ERROR";
  return neverSent.has(String((fault as { code?: unknown } | undefined)?.code));
}

import postgres from "postgres";
import { DatabaseBusy } from "./connection-limit.ts";

/** Too many connections, lock or statement timeout, deadlock, serialization failure: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const busy = new Set(["53300", "55P03", "57014", "40P01", "40001"]);

/** Codes of the driver and of Node's sockets for an unreachable server. */
const away = new Set([
  ...["CONNECT_TIMEOUT", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"],
]);

/** Returns whether an error comes from a busy or unreachable database, so that the same call may succeed later. */
export function isTransient(error: unknown): boolean {
  for (let fault = error; fault instanceof Error; fault = fault.cause) {
    if (fault instanceof DatabaseBusy) return true;
    const code = String((fault as { code?: unknown }).code);
    if (fault instanceof postgres.PostgresError) {
      return busy.has(code) || code.startsWith("57P") || fault.severity !== "ERROR";
    }
    if (away.has(code)) return true;
  }
  return false;
}

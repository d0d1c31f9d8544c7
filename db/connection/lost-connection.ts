/**
 * Returns the work of a transaction, but never settled if the connection was lost. The driver then rejects the
 * transaction itself.
 *
 * If the work fails, postgres.js sends a rollback, even on a lost connection. That write ends the process or breaks the
 * next connection attempt (https://github.com/porsager/postgres/issues/1208).
 */
export function unlessLost<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) =>
    isLost(error) ? new Promise<never>(() => {}) : Promise.reject(error),
  );
}

type Fault = { code?: unknown; severity?: unknown; syscall?: unknown; cause?: unknown };

/** The driver's codes for a closed connection. */
const ended = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED"]);

/** Codes of Node's sockets. */
const broken = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_STREAM_DESTROYED"]);

/** Drizzle wraps the driver's error. After a FATAL error, the server closes the connection. */
function isLost(error: unknown): boolean {
  if (error === null || typeof error !== "object") return false;
  const { code, severity, cause } = error as Fault;
  if (severity === "FATAL" || severity === "PANIC") return true;
  return ended.has(String(code)) || broken.has(String(code)) || isLost(cause);
}

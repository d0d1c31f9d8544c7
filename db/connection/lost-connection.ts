/**
 * Runs the work of a transaction so that nothing is written to a connection that was lost meanwhile.
 *
 * postgres.js sends a rollback whenever the work fails, also where it failed because its connection is gone. That write
 * ends the process, or spoils the connection's next start (https://github.com/porsager/postgres/issues/1208). So where
 * the connection is lost, the work is left unsettled: the driver rejects the transaction itself once it has noticed.
 */
export function unlessLost<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) =>
    isLost(error) ? new Promise<never>(() => {}) : Promise.reject(error),
  );
}

type Fault = { code?: unknown; severity?: unknown; syscall?: unknown; cause?: unknown };

/** The driver's own codes for a connection that has ended. */
const ended = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED"]);

/** Codes of Node's sockets. They carry no `syscall` where the stream itself notices. */
const broken = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED", "ERR_STREAM_DESTROYED"]);

/** Drizzle keeps the driver's error as the cause of its own. After a FATAL one the server closes the connection. */
function isLost(error: unknown): boolean {
  if (error === null || typeof error !== "object") return false;
  const { code, severity, cause } = error as Fault;
  if (severity === "FATAL" || severity === "PANIC") return true;
  return ended.has(String(code)) || broken.has(String(code)) || isLost(cause);
}

import postgres from "postgres";

export type Ownership =
  | { kind: "taken"; release(): Promise<void> }
  /** The process with this pid owns the server. */
  | { kind: "held"; pid: number }
  /** The server does not answer. */
  | { kind: "unreachable"; reason: string };

/** An arbitrary number that nothing else in the database `postgres` locks. */
const ownerLock = 7_366_741;
const patienceMs = { refused: 2_000, starting: 60_000, held: 1_500 };

/**
 * Takes an advisory lock that marks the server as owned by this process. The lock is bound to a connection, so unlike a
 * pid file, it always ends with the process.
 *
 * @param url the URL of the database `postgres`
 */
export async function takeOwnership(url: string): Promise<Ownership> {
  const name = "signoff owner ";
  const client = postgres(url, {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    onnotice: () => {},
    connection: { application_name: `${name}${process.pid}` },
  });
  const began = Date.now();
  const within = (ms: number) => Date.now() - began < ms;
  for (;;) {
    try {
      const [lock] = await client<{ taken: boolean }[]>`select pg_try_advisory_lock(${ownerLock}) as taken`;
      if (lock?.taken) return { kind: "taken", release: () => client.end({ timeout: 1 }) };
      // Waits for a while, because the server notices with a delay that a process was killed.
      if (!within(patienceMs.held)) {
        const [holder] = await client<{ pid: number }[]>`
          select substring(application_name from '\\d+$')::int as pid
          from pg_locks join pg_stat_activity using (pid)
          where locktype = 'advisory' and objid = ${ownerLock} and granted`;
        await client.end({ timeout: 1 });
        return { kind: "held", pid: holder?.pid ?? 0 };
      }
    } catch (error) {
      // 57P03: the server is starting up or recovering.
      const starting = (error as { code?: string }).code === "57P03";
      if (!within(starting ? patienceMs.starting : patienceMs.refused)) {
        await client.end({ timeout: 1 });
        return { kind: "unreachable", reason: String(error) };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

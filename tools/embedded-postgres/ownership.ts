import postgres from "postgres";

export type Ownership =
  | { kind: "taken"; release(): Promise<void> }
  /** Another process holds it: the one with this pid. */
  | { kind: "held"; pid: number }
  /** Nothing listens there. */
  | { kind: "unreachable"; reason: string };

/** Any number that nothing else in the database `postgres` locks. */
const ownerLock = 7_366_741;
const patienceMs = { refused: 2_000, starting: 60_000, held: 1_500 };

/**
 * Marks the server as this process's own, for as long as this process lives: a lock that the server holds for one
 * connection. Unlike a file with a pid, it is gone the moment its process is, however that ended.
 *
 * @param url of the database `postgres`.
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
      // A process that was just killed: the server notices a moment later.
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

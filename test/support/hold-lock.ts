import type postgres from "postgres";
import { expect, vi } from "vitest";
import { reserveConnection } from "./reserve-connection.ts";

/** A lock that a test holds on a request, so that something else can happen between the reads and the writes of an act. */
export type HeldLock = {
  /** Waits until this many statements of others wait for a lock. */
  untilAwaited(count?: number): Promise<void>;
  release(): Promise<void>;
};

/** Locks a request's row until it is released. */
export async function holdRequest(
  sql: postgres.Sql,
  organizationId: string,
  number: number,
): Promise<HeldLock> {
  const own = await reserveConnection(sql);
  await own`begin`;
  await own`select 1 from requests where organization_id = ${organizationId} and number = ${number} for update`;
  return {
    untilAwaited: (count = 1) =>
      vi.waitFor(
        async () => {
          const [row] = await own<{ waiting: number }[]>`
            select count(*)::int as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`;
          expect(row?.waiting).toBeGreaterThanOrEqual(count);
        },
        { timeout: 5_000, interval: 5 },
      ),
    release: async () => {
      await own`commit`;
      own.release();
    },
  };
}

import { and, eq, lte, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { directoryRuns } from "../schema/index.ts";

export type DirectoryRun = typeof directoryRuns.$inferSelect;
export type DirectoryKind = DirectoryRun["kind"];

/** The position at which a run starts. */
const start = "";

const withKind = (organizationId: string, kind: DirectoryKind) =>
  and(eq(directoryRuns.organizationId, organizationId), eq(directoryRuns.kind, kind));

export async function find(
  db: Db | Tx,
  organizationId: string,
  kind: DirectoryKind,
): Promise<DirectoryRun | undefined> {
  const [row] = await db.select().from(directoryRuns).where(withKind(organizationId, kind));
  return row;
}

/**
 * Starts the next run if the last one started at `lastBefore` or earlier. An unfinished run continues where it was.
 *
 * @returns whether the caller got the run; only one of several replicas does
 */
export async function claim(
  tx: Tx,
  organizationId: string,
  kind: DirectoryKind,
  { now, lastBefore }: { now: Date; lastBefore: Date },
): Promise<boolean> {
  const rows = await tx
    .insert(directoryRuns)
    .values({ organizationId, kind, startedAt: now, next: start })
    .onConflictDoUpdate({
      target: [directoryRuns.organizationId, directoryRuns.kind],
      set: {
        startedAt: now,
        next: sql`coalesce(${directoryRuns.next}, ${start})`,
        finishedAt: null,
        faults: 0,
      },
      setWhere: lte(directoryRuns.startedAt, lastBefore),
    })
    .returning({ kind: directoryRuns.kind });
  return rows.length > 0;
}

/**
 * Moves a run forward from the position that the caller read.
 *
 * @param next the next position; null ends the run
 * @returns false if somebody else moved the run in the meantime
 */
export async function advance(
  tx: Tx,
  run: Pick<DirectoryRun, "organizationId" | "kind" | "next">,
  next: string | null,
  { now, faults = 0 }: { now: Date; faults?: number },
): Promise<boolean> {
  const rows = await tx
    .update(directoryRuns)
    .set({
      next,
      finishedAt: next === null ? now : null,
      faults: sql`${directoryRuns.faults} + ${faults}`,
    })
    .where(and(withKind(run.organizationId, run.kind), eq(directoryRuns.next, run.next ?? start)))
    .returning({ kind: directoryRuns.kind });
  return rows.length > 0;
}

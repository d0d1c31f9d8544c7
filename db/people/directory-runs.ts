import { and, eq, lte, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { directoryRuns } from "../schema/index.ts";

export type DirectoryRun = typeof directoryRuns.$inferSelect;
export type DirectoryKind = DirectoryRun["kind"];

/** Where a run begins. */
const start = "";

const one = (organizationId: string, kind: DirectoryKind) =>
  and(eq(directoryRuns.organizationId, organizationId), eq(directoryRuns.kind, kind));

export async function find(
  db: Db | Tx,
  organizationId: string,
  kind: DirectoryKind,
): Promise<DirectoryRun | undefined> {
  const [row] = await db.select().from(directoryRuns).where(one(organizationId, kind));
  return row;
}

/**
 * Takes the next run, if the last one began at this moment or before. A run that was not finished goes on where it was.
 *
 * @returns whether it is the caller's: of several replicas one gets it
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
 * Moves a run on from where the caller found it; null ends it.
 *
 * @returns false where somebody else moved it meanwhile
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
    .where(and(one(run.organizationId, run.kind), eq(directoryRuns.next, run.next ?? start)))
    .returning({ kind: directoryRuns.kind });
  return rows.length > 0;
}

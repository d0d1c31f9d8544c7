import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "../../src/domain/shared/actor.ts";
import { noWorkflow, type Workflow, type WorkflowOptions } from "../../src/domain/workflow/workflow.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { workflowVersions } from "../schema/index.ts";

const common = {
  gate: z.enum(["every", "critical"]),
  requiredApprovals: z.int().min(1),
  selfReview: z.boolean(),
  commentOnReject: z.boolean(),
  pendingDays: z.int().min(1),
  unfinishedDays: z.int().min(1),
  reminderHours: z.int().min(1),
};

const version1 = z.object({ v: z.literal(1), ...common });

const cardsTo = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("reviewers") }),
  z.object({ kind: z.literal("channel"), channelId: z.string(), channelName: z.string() }),
]);

const version2 = z.object({ v: z.literal(2), ...common, cardsTo });

const stored = z.discriminatedUnion("v", [version1, version2]);

/** The options as they are stored; an older version is read into the newest. */
function readOptions(options: unknown): WorkflowOptions {
  const read = stored.parse(options);
  return read.v === 2 ? read : { ...read, v: 2, cardsTo: { kind: "reviewers" } };
}

/** The workflow that holds now: the last saved version, or a disabled one where none was saved. */
export async function current(db: Db | Tx, organizationId: string): Promise<Workflow> {
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(eq(workflowVersions.organizationId, organizationId))
    .orderBy(desc(workflowVersions.version))
    .limit(1);
  return orNone(row);
}

/** One saved version; what holds before anything is saved, where there is none of this number. */
export async function findVersion(db: Db | Tx, organizationId: string, version: number): Promise<Workflow> {
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(and(eq(workflowVersions.organizationId, organizationId), eq(workflowVersions.version, version)));
  return orNone(row);
}

/** The workflow that a row holds; what holds before anything is saved, where there is no row. */
export function orNone(row: typeof workflowVersions.$inferSelect | null | undefined): Workflow {
  if (row === undefined || row === null) return noWorkflow;
  const { version, enabled, roleIds, assigneeIds } = row;
  return { version, enabled, roleIds, assigneeIds, options: readOptions(row.options) };
}

/** Lets one save of the workflow wait for another in the same organization. */
export async function lock(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('workflow'), hashtext(${organizationId}))`);
}

/** Adds a version. Two that are saved at once as the same version: the second one fails on the key. */
export async function add(
  tx: Tx,
  organizationId: string,
  workflow: Workflow,
  savedBy: Actor,
  savedAt: Date,
): Promise<void> {
  await tx.insert(workflowVersions).values({
    organizationId,
    version: workflow.version,
    enabled: workflow.enabled,
    roleIds: [...workflow.roleIds],
    assigneeIds: [...workflow.assigneeIds],
    options: workflow.options,
    savedBy,
    savedAt,
  });
}

import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "../../src/domain/shared/actor.ts";
import { noWorkflow, type Workflow, type WorkflowOptions } from "../../src/domain/workflow/workflow.ts";
import { storedOptions, workflowOptions } from "../../src/lib/workflow-options.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { workflowVersions } from "../schema/index.ts";

const version1 = z.object({ v: z.literal(1), ...storedOptions });

const stored = z.discriminatedUnion("v", [version1, workflowOptions]);

/** Returns stored options in their current version. Throws a ZodError where they are damaged. */
function readOptions(options: unknown): WorkflowOptions {
  const read = stored.parse(options);
  return read.v === 2 ? read : { ...read, v: 2, cardsTo: { kind: "reviewers" } };
}

/** Returns the workflow that applies now: the last saved version, or `noWorkflow` if none was saved. */
export async function current(db: Db | Tx, organizationId: string): Promise<Workflow> {
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(eq(workflowVersions.organizationId, organizationId))
    .orderBy(desc(workflowVersions.version))
    .limit(1);
  return orNone(row);
}

/** Returns one saved version, or `noWorkflow` if there is none of this number. */
export async function findVersion(db: Db | Tx, organizationId: string, version: number): Promise<Workflow> {
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(and(eq(workflowVersions.organizationId, organizationId), eq(workflowVersions.version, version)));
  return orNone(row);
}

/** Returns the workflow in a row, or `noWorkflow` without a row. */
export function orNone(row: typeof workflowVersions.$inferSelect | null | undefined): Workflow {
  if (row === undefined || row === null) return noWorkflow;
  const { version, enabled, roleIds, assigneeIds } = row;
  return { version, enabled, roleIds, assigneeIds, options: readOptions(row.options) };
}

/** Makes concurrent saves in the same organization run one after the other. Held until the transaction ends. */
export async function lock(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('workflow'), hashtext(${organizationId}))`);
}

/** Adds a version. Throws a unique violation if another save took the same version number. */
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

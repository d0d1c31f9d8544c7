import { desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "../src/domain/actor.ts";
import { noWorkflow, type Workflow, type WorkflowOptions } from "../src/domain/workflow.ts";
import type { Db, Tx } from "./connect.ts";
import { workflowVersions } from "./schema/index.ts";

const version1 = z.object({
  v: z.literal(1),
  gate: z.enum(["every", "critical"]),
  requiredApprovals: z.int().min(1),
  selfReview: z.boolean(),
  commentOnReject: z.boolean(),
  pendingDays: z.int().min(1),
  unfinishedDays: z.int().min(1),
  reminderHours: z.int().min(1),
});

/** The options as they are stored; a later version joins the union and is read into the newest. */
const storedOptions = z.discriminatedUnion("v", [version1]) satisfies z.ZodType<WorkflowOptions>;

/** The workflow that holds now: the last saved version, or a disabled one where none was saved. */
export async function current(db: Db | Tx, organizationId: string): Promise<Workflow> {
  const [row] = await db
    .select()
    .from(workflowVersions)
    .where(eq(workflowVersions.organizationId, organizationId))
    .orderBy(desc(workflowVersions.version))
    .limit(1);
  if (row === undefined) return noWorkflow;
  const { version, enabled, roleIds, assigneeIds } = row;
  return { version, enabled, roleIds, assigneeIds, options: storedOptions.parse(row.options) };
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

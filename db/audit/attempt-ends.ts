import { and, desc, eq, inArray } from "drizzle-orm";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { auditLog } from "../schema/index.ts";

/** The action of the entry that a person's *End Attempt* appends. */
export const attemptEndedAction = "deployment.ended";

const subjectOf = (deploymentId: string): string => `deployment:${deploymentId}`;

/** Returns who ended these attempts without a report, by deployment. Attempts that nobody ended are left out. */
export async function listEnders(
  db: Db | Tx,
  organizationId: string,
  deploymentIds: readonly string[],
): Promise<Map<string, Actor>> {
  if (deploymentIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([auditLog.subject], { subject: auditLog.subject, actor: auditLog.actor })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        inArray(auditLog.subject, deploymentIds.map(subjectOf)),
        eq(auditLog.action, attemptEndedAction),
      ),
    )
    .orderBy(auditLog.subject, desc(auditLog.id));
  const bySubject = new Map(rows.map(({ subject, actor }) => [subject, actor]));
  return new Map(
    deploymentIds.flatMap((id): [string, Actor][] => {
      const actor = bySubject.get(subjectOf(id));
      return actor === undefined ? [] : [[id, actor]];
    }),
  );
}

/** Returns who ended an attempt without a report; null if nobody did. */
export async function findEnder(
  db: Db | Tx,
  organizationId: string,
  deploymentId: string,
): Promise<Actor | null> {
  return (await listEnders(db, organizationId, [deploymentId])).get(deploymentId) ?? null;
}

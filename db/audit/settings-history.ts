import { and, desc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { Person } from "../../src/domain/people/people.ts";
import { actingMember } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import * as members from "../people/members.ts";
import { auditLog } from "../schema/index.ts";

/** Returns who changed a setting last, and when: null and 1970 if nobody did. */
export async function lastChange(
  db: Db | Tx,
  organizationId: string,
  subject: string,
): Promise<{ by: Person | null; at: Date }> {
  const [row] = await db
    .select({ actor: auditLog.actor, at: auditLog.at })
    .from(auditLog)
    .where(and(eq(auditLog.organizationId, organizationId), eq(auditLog.subject, subject)))
    .orderBy(desc(auditLog.id))
    .limit(1);
  if (row === undefined) return { by: null, at: new Date(0) };
  const id = actingMember(row.actor);
  const person = id === null ? undefined : await members.find(db, organizationId, id);
  return { by: person ? { id: person.id, name: person.name } : null, at: row.at };
}

/** Returns what a setting was at a version that has been replaced, as the audit log stores it; undefined if it has no entry. */
export async function findReplacedVersion(
  db: Db | Tx,
  organizationId: string,
  subject: string,
  version: number,
): Promise<unknown> {
  const [row] = await db
    .select({ before: auditLog.before })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        eq(auditLog.subject, subject),
        sql`(${auditLog.before} ->> 'version')::int = ${version}`,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1);
  return row?.before;
}

/** Returns what a setting was after its last change of this kind, as the audit log stores it; undefined if there is none. */
export async function findLastAfter(
  db: Db | Tx,
  organizationId: string,
  subject: string,
  action: string,
): Promise<unknown> {
  const [row] = await db
    .select({ after: auditLog.after })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        eq(auditLog.subject, subject),
        eq(auditLog.action, action),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1);
  return row?.after;
}

/** Returns whether a replaced version of a setting contained this, such as a name together with a slug. */
export async function wasReplaced(
  db: Db | Tx,
  organizationId: string,
  subject: string,
  part: object,
): Promise<boolean> {
  const { before } = auditLog;
  const found = await db.$count(
    auditLog,
    and(
      eq(auditLog.organizationId, organizationId),
      eq(auditLog.subject, subject),
      sql`${before} @> ${JSON.stringify(part)}::jsonb`,
    ),
  );
  return found > 0;
}

/** The entries that decide whether a webhook's secret was seen, beside its creation. */
const secretActions = ["webhook.secret-rotated", "webhook.secret-shown"];

/**
 * Returns whether a seed file created a webhook, and nobody has seen its secret or replaced it since.
 *
 * @param subject what the audit log calls the webhook
 */
export async function isSecretUnseen(db: Db | Tx, organizationId: string, subject: string): Promise<boolean> {
  const { action, surface, before } = auditLog;
  const isCreation = and(eq(action, "webhook.saved"), isNull(before));
  const [last] = await db
    .select({ action, surface })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        eq(auditLog.subject, subject),
        or(inArray(action, secretActions), isCreation),
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1);
  return last?.action === "webhook.saved" && last.surface === "seed";
}

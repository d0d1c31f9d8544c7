import type { Actor, Surface } from "../src/domain/actor.ts";
import type { Tx } from "./connect.ts";
import { auditLog } from "./schema/index.ts";

export type AuditEntry = {
  organizationId: string;
  at: Date;
  actor: Actor;
  surface: Surface;
  /** What was done, as `subject.verb`: `request.submitted`. */
  action: string;
  /** What it was done to: `request:42`, `workflow`. */
  subject: string;
  before: unknown;
  after: unknown;
};

/** R12: appends in the transaction of the change itself, so that neither is without the other. */
export async function append(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length > 0) await tx.insert(auditLog).values([...entries]);
}

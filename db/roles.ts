import { and, eq, inArray } from "drizzle-orm";
import type { Holding, MemberId } from "../src/domain/people.ts";
import type { Db, Tx } from "./connect.ts";
import { roleHoldings, roles } from "./schema/index.ts";

export type Role = { organizationId: string; id: string; name: string; admin: boolean };

export async function list(db: Db | Tx, organizationId: string): Promise<Role[]> {
  return db.select().from(roles).where(eq(roles.organizationId, organizationId)).orderBy(roles.name);
}

export async function names(db: Db | Tx, organizationId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ name: roles.name })
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), inArray(roles.id, [...ids])))
    .orderBy(roles.name);
  return rows.map((row) => row.name);
}

export async function add(tx: Tx, role: Role): Promise<void> {
  await tx.insert(roles).values(role);
}

/** Replaces who holds a role. Somebody who is named twice holds it once. */
export async function setHoldings(
  tx: Tx,
  role: Pick<Role, "organizationId" | "id">,
  holdings: readonly { memberId: MemberId; projectId: Holding["projectId"] }[],
): Promise<void> {
  const { organizationId, id: roleId } = role;
  await tx
    .delete(roleHoldings)
    .where(and(eq(roleHoldings.organizationId, organizationId), eq(roleHoldings.roleId, roleId)));
  if (holdings.length > 0) {
    await tx
      .insert(roleHoldings)
      .values(holdings.map((holding) => ({ organizationId, roleId, ...holding })))
      .onConflictDoNothing();
  }
}

/** Who holds a role, in a steady order. */
export async function holdingsOf(
  db: Db | Tx,
  organizationId: string,
  roleId: string,
): Promise<{ memberId: MemberId; projectId: string | null }[]> {
  return db
    .select({ memberId: roleHoldings.memberId, projectId: roleHoldings.projectId })
    .from(roleHoldings)
    .where(and(eq(roleHoldings.organizationId, organizationId), eq(roleHoldings.roleId, roleId)))
    .orderBy(roleHoldings.memberId, roleHoldings.projectId);
}

import { and, asc, count, eq, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { MemberStatus, Person } from "../../src/domain/people/people.ts";
import type { ApiToken } from "../../src/domain/tokens/token.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { apiTokens, members, projects } from "../schema/index.ts";

/** Who created a token or whom it acts for, with their current status. */
export type TokenPerson = Person & { status: MemberStatus };

type StoredToken = ApiToken & {
  /** Its last four characters. */
  hint: string;
  madeAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

/** A token with the member who created it and the member whom it acts for. */
export type FoundToken = { token: StoredToken; maker: TokenPerson; member: TokenPerson };

/** A token as the settings list shows it. */
export type ListedToken = FoundToken & { project: { name: string; archived: boolean } | null };

const maker = alias(members, "maker");

const columns = { token: apiTokens, maker, member: members, project: projects };

/** Returns the token with this SHA-256 hash (in hex) from any organization, even if it is revoked. */
export async function findByHash(db: Db | Tx, hash: string): Promise<FoundToken | undefined> {
  const [row] = await withPeople(db, eq(apiTokens.hash, hash));
  return row === undefined ? undefined : toListed(row);
}

/** Returns one page of the tokens that are not revoked, by name, and the total of all pages. */
export async function list(
  db: Db | Tx,
  organizationId: string,
  offset: number,
  limit: number,
): Promise<{ tokens: ListedToken[]; total: number }> {
  const notRevoked = and(eq(apiTokens.organizationId, organizationId), isNull(apiTokens.revokedAt));
  const [rows, [counted]] = await Promise.all([
    withPeople(db, notRevoked)
      .orderBy(asc(sql`lower(${apiTokens.name})`), asc(apiTokens.id))
      .offset(offset)
      .limit(limit),
    db.select({ total: count() }).from(apiTokens).where(notRevoked),
  ]);
  return { tokens: rows.map(toListed), total: counted?.total ?? 0 };
}

const withPeople = (db: Db | Tx, where: SQL | undefined) =>
  db
    .select(columns)
    .from(apiTokens)
    .leftJoin(maker, and(eq(maker.organizationId, apiTokens.organizationId), eq(maker.id, apiTokens.madeBy)))
    .leftJoin(
      members,
      and(eq(members.organizationId, apiTokens.organizationId), eq(members.id, apiTokens.memberId)),
    )
    .leftJoin(
      projects,
      and(eq(projects.organizationId, apiTokens.organizationId), eq(projects.id, apiTokens.projectId)),
    )
    .where(where)
    .$dynamic();

type Row = Awaited<ReturnType<typeof withPeople>>[number];

function toListed({ token: row, maker: by, member, project }: Row): ListedToken {
  const { organizationId, id, name, projectId, memberId, madeBy, scopes } = row;
  const { hint, madeAt, lastUsedAt, revokedAt } = row;
  return {
    token: {
      ...{ organizationId, id, name, projectId, memberId, makerId: madeBy, scopes },
      ...{ hint, madeAt, lastUsedAt, revokedAt },
    },
    maker: toPerson(madeBy, by),
    member: toPerson(memberId, member),
    project: project && { name: project.name, archived: project.archivedAt !== null },
  };
}

/** Somebody who is not stored counts as deactivated. */
const toPerson = (id: string, row: { name: string; status: MemberStatus } | null): TokenPerson => ({
  id,
  name: row?.name ?? id,
  status: row?.status ?? "deactivated",
});

/** Locks the names of an organization's tokens until the transaction ends, so that no two take the same name. */
export async function lockNames(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('tokens'), hashtext(${organizationId}))`);
}

/** Returns the names of an organization's tokens that are not revoked. */
export async function listNames(tx: Tx, organizationId: string): Promise<string[]> {
  const rows = await tx
    .select({ name: apiTokens.name })
    .from(apiTokens)
    .where(and(eq(apiTokens.organizationId, organizationId), isNull(apiTokens.revokedAt)));
  return rows.map(({ name }) => name);
}

export type NewToken = ApiToken & { hash: string; hint: string; madeAt: Date };

export async function add(tx: Tx, { makerId, scopes, ...token }: NewToken): Promise<void> {
  await tx.insert(apiTokens).values({ ...token, scopes: [...scopes], madeBy: makerId });
}

/** Locks a token until the transaction ends, and returns its row. */
export async function lock(tx: Tx, organizationId: string, id: string) {
  const [row] = await tx.select().from(apiTokens).where(withId(organizationId, id)).for("update");
  return row;
}

/**
 * Marks a token as revoked.
 *
 * @param by the member who revokes it; null for the system
 */
export async function revoke(
  tx: Tx,
  organizationId: string,
  id: string,
  { at, by }: { at: Date; by: string | null },
): Promise<void> {
  await tx.update(apiTokens).set({ revokedAt: at, revokedBy: by }).where(withId(organizationId, id));
}

/** Stores when a token was used, at most once every `everyMs` milliseconds. Does nothing if somebody else is writing it. */
export async function updateLastUsed(
  db: Db,
  { organizationId, id }: Pick<ApiToken, "organizationId" | "id">,
  at: Date,
  everyMs: number,
): Promise<void> {
  const due = db
    .select({ id: apiTokens.id })
    .from(apiTokens)
    .where(
      and(
        withId(organizationId, id),
        or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, new Date(at.getTime() - everyMs))),
      ),
    )
    .for("update", { skipLocked: true });
  await db
    .update(apiTokens)
    .set({ lastUsedAt: at })
    .where(and(withId(organizationId, id), sql`${apiTokens.id} in (${due})`));
}

const withId = (organizationId: string, id: string): SQL | undefined =>
  and(eq(apiTokens.organizationId, organizationId), eq(apiTokens.id, id));

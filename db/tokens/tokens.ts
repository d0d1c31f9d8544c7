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
  /** When it stops working; null: never. */
  endsAt: Date | null;
  /** Until when a token that an earlier version made keeps the scopes that need an admin; null for other tokens. */
  adminScopesUntil: Date | null;
};

/** A token with the member who created it and the member whom it acts for. */
export type FoundToken = {
  token: StoredToken;
  maker: TokenPerson;
  member: TokenPerson;
  /** Who is to take it over; null if it is not offered. */
  offeredTo: Person | null;
};

/** A token as the settings list shows it. */
export type ListedToken = FoundToken & { project: { name: string; archived: boolean } | null };

const maker = alias(members, "maker");
const offered = alias(members, "offered");

const columns = { token: apiTokens, maker, member: members, offered, project: projects };

/**
 * Returns the token with this SHA-256 hash (in hex) from any organization, even if it is revoked.
 * `oldUntil`: until when the hash works, if it is that of the secret before the token was handed over; otherwise null.
 */
export async function findByHash(
  db: Db | Tx,
  hash: string,
): Promise<(FoundToken & { oldUntil: Date | null }) | undefined> {
  const [row] = await withPeople(db, or(eq(apiTokens.hash, hash), eq(apiTokens.oldHash, hash)));
  if (row === undefined) return undefined;
  const { oldHashUntil } = row.token;
  return { ...toListed(row), oldUntil: row.token.hash === hash ? null : (oldHashUntil ?? new Date(0)) };
}

/** Returns every token of an organization that is not revoked, by name. */
export async function listAll(db: Db | Tx, organizationId: string): Promise<ListedToken[]> {
  const rows = await withPeople(db, notRevokedOf(organizationId)).orderBy(
    asc(sql`lower(${apiTokens.name})`),
    asc(apiTokens.id),
  );
  return rows.map(toListed);
}

/** Returns a token that is not revoked. */
export async function find(
  db: Db | Tx,
  organizationId: string,
  id: string,
): Promise<ListedToken | undefined> {
  const [row] = await withPeople(db, and(notRevokedOf(organizationId), sql`${apiTokens.id}::text = ${id}`));
  return row && toListed(row);
}

const notRevokedOf = (organizationId: string) =>
  and(eq(apiTokens.organizationId, organizationId), isNull(apiTokens.revokedAt));

/** Returns one page of the tokens that are not revoked, by name, and the total of all pages. */
export async function list(
  db: Db | Tx,
  organizationId: string,
  offset: number,
  limit: number,
): Promise<{ tokens: ListedToken[]; total: number }> {
  const notRevoked = notRevokedOf(organizationId);
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
      offered,
      and(eq(offered.organizationId, apiTokens.organizationId), eq(offered.id, apiTokens.offeredTo)),
    )
    .leftJoin(
      projects,
      and(eq(projects.organizationId, apiTokens.organizationId), eq(projects.id, apiTokens.projectId)),
    )
    .where(where)
    .$dynamic();

type Row = Awaited<ReturnType<typeof withPeople>>[number];

function toListed({ token: row, maker: by, member, offered: taker, project }: Row): ListedToken {
  const { organizationId, id, name, projectId, memberId, madeBy, scopes } = row;
  const { hint, madeAt, lastUsedAt, revokedAt, endsAt, adminScopesUntil, offeredTo } = row;
  return {
    token: {
      ...{ organizationId, id, name, projectId, memberId, makerId: madeBy, scopes },
      ...{ hint, madeAt, lastUsedAt, revokedAt, endsAt, adminScopesUntil },
    },
    maker: toPerson(madeBy, by),
    member: toPerson(memberId, member),
    offeredTo: offeredTo === null ? null : { id: offeredTo, name: taker?.name ?? offeredTo },
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

export type NewToken = Omit<ApiToken, "paused"> & {
  hash: string;
  hint: string;
  madeAt: Date;
  endsAt: Date | null;
};

export async function add(tx: Tx, { makerId, scopes, ...token }: NewToken): Promise<void> {
  await tx.insert(apiTokens).values({ ...token, scopes: [...scopes], madeBy: makerId });
}

/** Locks a token until the transaction ends, and returns its row. */
export async function lock(tx: Tx, organizationId: string, id: string) {
  const [row] = await tx.select().from(apiTokens).where(withId(organizationId, id)).for("update");
  return row;
}

/** What an edit or a change of its owner changes in a token. */
export type TokenChange = Partial<
  Pick<
    typeof apiTokens.$inferInsert,
    | "scopes"
    | "endsAt"
    | "offeredTo"
    | "offeredAt"
    | "offeredBy"
    | "memberId"
    | "madeBy"
    | "hash"
    | "hint"
    | "oldHash"
    | "oldHashUntil"
    | "adminScopesUntil"
  >
>;

export async function update(tx: Tx, organizationId: string, id: string, change: TokenChange): Promise<void> {
  await tx.update(apiTokens).set(change).where(withId(organizationId, id));
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

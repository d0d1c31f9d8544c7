import { and, asc, count, eq, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { MemberStatus, Person } from "../../src/domain/people/people.ts";
import type { ApiToken, Scope } from "../../src/domain/tokens/token.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { apiTokens, members, projects } from "../schema/index.ts";

/** A person behind a token, and whether they are still here. */
export type Behind = Person & { status: MemberStatus };

type Kept = ApiToken & {
  /** Its last four characters. */
  hint: string;
  madeAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

/** A token that was found by its secret, and the people who answer for it. */
export type FoundToken = { token: Kept; maker: Behind; member: Behind };

/** A token as the list of the settings shows it. */
export type ListedToken = FoundToken & { project: { name: string; archived: boolean } | null };

const maker = alias(members, "maker");

const columns = { token: apiTokens, maker, member: members, project: projects };

/** A token by its SHA-256 in hex, whatever organization it belongs to, and also when it was revoked. */
export async function findByHash(db: Db | Tx, hash: string): Promise<FoundToken | undefined> {
  const [row] = await withPeople(db, eq(apiTokens.hash, hash));
  return row === undefined ? undefined : toListed(row);
}

/** One page of the tokens that were not revoked, by name; `total` is how many there are. */
export async function list(
  db: Db | Tx,
  organizationId: string,
  offset: number,
  limit: number,
): Promise<{ tokens: ListedToken[]; total: number }> {
  const living = and(eq(apiTokens.organizationId, organizationId), isNull(apiTokens.revokedAt));
  const [rows, [counted]] = await Promise.all([
    withPeople(db, living)
      .orderBy(asc(sql`lower(${apiTokens.name})`), asc(apiTokens.id))
      .offset(offset)
      .limit(limit),
    db.select({ total: count() }).from(apiTokens).where(living),
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
  const { organizationId, id, name, projectId, memberId, madeBy, hint, madeAt, lastUsedAt, revokedAt } = row;
  return {
    token: {
      ...{ organizationId, id, name, projectId, memberId, hint, madeAt, lastUsedAt, revokedAt },
      scopes: row.scopes as Scope[],
      makerId: madeBy,
    },
    maker: behind(madeBy, by),
    member: behind(memberId, member),
    project: project && { name: project.name, archived: project.archivedAt !== null },
  };
}

/** Somebody of whom nothing is known any more is no member any more. */
const behind = (id: string, row: { name: string; status: MemberStatus } | null): Behind => ({
  id,
  name: row?.name ?? id,
  status: row?.status ?? "deactivated",
});

/** Makes whoever gives a token its name wait for others who do, until the transaction ends. */
export async function lockNames(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('tokens'), hashtext(${organizationId}))`);
}

/** The name of a token that was not revoked and is called like this, whatever its capitals. */
export async function namesake(tx: Tx, organizationId: string, name: string): Promise<string | undefined> {
  const [row] = await tx
    .select({ name: apiTokens.name })
    .from(apiTokens)
    .where(
      and(
        eq(apiTokens.organizationId, organizationId),
        isNull(apiTokens.revokedAt),
        eq(sql`lower(${apiTokens.name})`, sql`lower(${name})`),
      ),
    );
  return row?.name;
}

export type NewToken = ApiToken & { hash: string; hint: string; madeAt: Date };

export async function add(tx: Tx, { makerId, scopes, ...token }: NewToken): Promise<void> {
  await tx.insert(apiTokens).values({ ...token, scopes: [...scopes], madeBy: makerId });
}

/** Locks a token until the transaction ends. */
export async function lock(tx: Tx, organizationId: string, id: string) {
  const [row] = await tx.select().from(apiTokens).where(one(organizationId, id)).for("update");
  return row;
}

/** @param by the member who revoked it; null: the system */
export async function revoke(
  tx: Tx,
  organizationId: string,
  id: string,
  { at, by }: { at: Date; by: string | null },
): Promise<void> {
  await tx.update(apiTokens).set({ revokedAt: at, revokedBy: by }).where(one(organizationId, id));
}

/** Keeps when a token was used, unless it was within so many milliseconds before. Where somebody else writes it now, it is left to them. */
export async function touch(
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
        one(organizationId, id),
        or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, new Date(at.getTime() - everyMs))),
      ),
    )
    .for("update", { skipLocked: true });
  await db
    .update(apiTokens)
    .set({ lastUsedAt: at })
    .where(and(one(organizationId, id), sql`${apiTokens.id} in (${due})`));
}

const one = (organizationId: string, id: string): SQL | undefined =>
  and(eq(apiTokens.organizationId, organizationId), eq(apiTokens.id, id));

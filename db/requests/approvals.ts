import { and, asc, desc, eq, gt, lt, lte, type SQL, sql } from "drizzle-orm";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { ReviewScope } from "../../src/domain/requests/eligibility.ts";
import type { PromotionRequest } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";
import { type RequestRow, toRequest } from "./request-row.ts";

/** Who looks, and at what: `projectId` null is every project. */
export type Looking = {
  organizationId: string;
  viewerId: MemberId;
  scope: ReviewScope;
  projectId: string | null;
  now: Date;
};

/** The parts of the pending list in their order: what waits for the viewer, what they asked for, the rest. */
export const pendingGroups = ["review", "asked", "rest"] as const;
export type PendingGroup = (typeof pendingGroups)[number];

// States are written out: a partial index is used only where the statement itself says that its rows are wanted.
const isPending = sql`${requests.state} = 'pending'`;

const pending = ({ organizationId, projectId, now }: Looking): SQL | undefined =>
  and(
    eq(requests.organizationId, organizationId),
    isPending,
    // Not by the index of what expires: the list is in the order of another one.
    sql`coalesce(${requests.expiresAt}, 'infinity') > ${now.toISOString()}::timestamptz`,
    projectId === null ? undefined : eq(requests.projectId, projectId),
  );

/** R5: the viewer counts as its requester. */
const asked = ({ viewerId }: Looking): SQL =>
  sql`(${requests.requesterId} = ${viewerId} or coalesce(${requests.requestedBy} ->> 'makerId' = ${viewerId}, false))`;

const reviewed = ({ viewerId }: Looking): SQL => sql`exists (
  select from reviews r where r.organization_id = ${requests.organizationId} and r.request_number = ${requests.number}
    and r.reviewer_id = ${viewerId} and r.replaced_at is null)`;

/** R4, R5: it waits for a review of the viewer's. */
function waits(looking: Looking): SQL {
  const { projects, own } = looking.scope;
  const inScope =
    projects === "all" ? sql`true` : sql`${requests.projectId} = any(${toArray(projects)}::uuid[])`;
  return sql`(${inScope} and ${own ? sql`true` : sql`not ${asked(looking)}`} and not ${reviewed(looking)})`;
}

const toArray = (values: readonly string[]): string => `{${values.join(",")}}`;

function inGroup(group: PendingGroup, looking: Looking): SQL {
  switch (group) {
    case "review":
      return waits(looking);
    case "asked":
      return sql`${asked(looking)} and not ${waits(looking)}`;
    case "rest":
      return sql`not ${asked(looking)} and not ${waits(looking)}`;
  }
}

/** How many pending requests wait for a review of the viewer's, counted up to `most`. */
export async function countWaiting(db: Db | Tx, looking: Looking, most: number): Promise<number> {
  if (looking.scope.projects.length === 0) return 0;
  const waiting = db
    .select({ number: requests.number })
    .from(requests)
    .where(and(pending(looking), waits(looking)))
    .orderBy(asc(requests.number))
    .limit(most);
  return db.$count(waiting.as("waiting"));
}

/**
 * Pending requests of one group, by number.
 *
 * @param from.after beginning behind this number; `before`: those nearest before it, the nearest first
 */
export async function listGroup(
  db: Db | Tx,
  looking: Looking,
  group: PendingGroup,
  from: { after: number } | { before: number },
  limit: number,
): Promise<PromotionRequest[]> {
  if (limit <= 0 || (group === "review" && looking.scope.projects.length === 0)) return [];
  const { number } = requests;
  const rows = await db
    .select()
    .from(requests)
    .where(
      and(
        pending(looking),
        inGroup(group, looking),
        "after" in from ? gt(number, from.after) : lt(number, from.before),
      ),
    )
    .orderBy("after" in from ? asc(number) : desc(number))
    .limit(limit);
  return rows.map(toRequest);
}

/** Where a past request stands in the list: when it stopped waiting, then its number. */
export type PastKey = { at: Date; number: number };

export type PastRequest = PromotionRequest & { key: PastKey };

/**
 * What is past, the latest first: everything decided or closed, and what has expired though nobody wrote it down yet (R11).
 *
 * @param from.after the ones behind (older than) this key; `before`: the ones nearest before (newer), the nearest first
 */
export async function listPast(
  db: Db | Tx,
  looking: Pick<Looking, "organizationId" | "projectId" | "now">,
  from: { after: PastKey } | { before: PastKey } | null,
  limit: number,
): Promise<PastRequest[]> {
  const older = from === null || "after" in from;
  const [ended, overdue] = await Promise.all([
    // Two lists in the same order, each by an index of its own.
    listEnded(db, looking, from, limit),
    listOverdue(db, looking, from, limit),
  ]);
  const sign = older ? -1 : 1;
  return [...ended, ...overdue].sort((a, b) => sign * compare(a.key, b.key)).slice(0, limit);
}

function compare(a: PastKey, b: PastKey): number {
  return a.at.getTime() - b.at.getTime() || a.number - b.number;
}

type PastFrom = Parameters<typeof listPast>[2];
type PastLooking = Parameters<typeof listPast>[1];

const endedAt = sql<Date>`coalesce(${requests.closedAt}, ${requests.decidedAt})`;

async function listEnded(db: Db | Tx, looking: PastLooking, from: PastFrom, limit: number) {
  const rows = await pastQuery(db, looking, endedAt, from, limit, [
    sql`${requests.state} <> 'pending'`,
    sql`(${requests.expiresAt} is null or ${requests.expiresAt} > ${looking.now.toISOString()}::timestamptz)`,
  ]);
  return rows.map((row) => ({ ...toRequest(row), key: keyOf(row, row.closedAt ?? row.decidedAt) }));
}

async function listOverdue(db: Db | Tx, looking: PastLooking, from: PastFrom, limit: number) {
  const rows = await pastQuery(db, looking, sql`${requests.expiresAt}`, from, limit, [
    sql`${requests.expiresAt} is not null and ${requests.state} in ('pending', 'approved', 'failed')`,
    lte(requests.expiresAt, looking.now),
  ]);
  return rows.map((row) => ({ ...toRequest(row), key: keyOf(row, row.expiresAt) }));
}

function keyOf(row: RequestRow, at: Date | null): PastKey {
  if (at === null) throw new Error(`#${row.number} is past, and nothing says since when`);
  return { at, number: row.number };
}

function pastQuery(
  db: Db | Tx,
  { organizationId, projectId }: PastLooking,
  at: SQL,
  from: PastFrom,
  limit: number,
  which: (SQL | undefined)[],
): Promise<RequestRow[]> {
  const older = from === null || "after" in from;
  const { number } = requests;
  return db
    .select()
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        projectId === null ? undefined : eq(requests.projectId, projectId),
        ...which,
        from === null ? undefined : beyond(at, from),
      ),
    )
    .orderBy(older ? sql`${at} desc` : sql`${at} asc`, older ? desc(number) : asc(number))
    .limit(limit);
}

function beyond(at: SQL, from: NonNullable<PastFrom>): SQL {
  const { key, sign } =
    "after" in from ? { key: from.after, sign: sql`<` } : { key: from.before, sign: sql`>` };
  return sql`(${at}, ${requests.number}) ${sign} (${key.at.toISOString()}::timestamptz, ${key.number}::int)`;
}

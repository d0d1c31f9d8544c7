import { and, asc, desc, eq, gt, lt, lte, type SQL, sql } from "drizzle-orm";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { ReviewScope } from "../../src/domain/requests/eligibility.ts";
import type { PromotionRequest } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";
import { type RequestRow, requestColumns, toRequest } from "./request-row.ts";

/** The person who views the list, what they may review, and the project to show; null for every project. */
export type Viewer = {
  organizationId: string;
  viewerId: MemberId;
  scope: ReviewScope;
  /** How many approvals a request needs now. */
  required: number;
  projectId: string | null;
  now: Date;
};

/** The groups of the pending list in order: waiting for the viewer's review, requested by the viewer, and the rest. */
export const pendingGroups = ["review", "asked", "rest"] as const;
export type PendingGroup = (typeof pendingGroups)[number];

// The state is not a parameter: PostgreSQL uses a partial index only if the statement contains its condition.
const isPending = sql`${requests.state} = 'pending'`;

const pending = ({ organizationId, projectId, now }: Viewer): SQL | undefined =>
  and(
    eq(requests.organizationId, organizationId),
    isPending,
    // Keeps PostgreSQL from using the index on the expiry: the list has the order of another index.
    sql`coalesce(${requests.expiresAt}, 'infinity') > ${now.toISOString()}::timestamptz`,
    projectId === null ? undefined : eq(requests.projectId, projectId),
  );

/** R5: what `requesters` decides for one request, for a list: the viewer counts as the requester. */
const isRequester = ({ viewerId }: Viewer): SQL => sql`(
  ${requests.requesterId} = ${viewerId} or coalesce(${requests.requestedBy} ->> 'makerId' = ${viewerId}, false)
  or exists (
    select from token_members t where t.organization_id = ${requests.organizationId} and t.member_id = ${viewerId}
      and t.token_id::text = ${requests.requestedBy} ->> 'tokenId'))`;

/**
 * Requests that the viewer has reviewed as they are now (R7), unless no approval is missing: then an Approve is, also of
 * somebody who approved before (R4).
 */
const hasReviewed = ({ viewerId, required }: Viewer): SQL => sql`exists (
  select from reviews r where r.organization_id = ${requests.organizationId} and r.request_number = ${requests.number}
    and r.reviewer_id = ${viewerId} and r.replaced_at is null
    and (r.fingerprint is null or r.fingerprint = request_fingerprint(r.organization_id, r.request_number))
    and (select count(*) from reviews a where a.organization_id = r.organization_id and a.request_number = r.request_number
      and a.verdict = 'approve' and a.replaced_at is null) < ${required})`;

/** Requests that the viewer may review and has not reviewed (R4, R5). */
function waitsForReview(viewer: Viewer): SQL {
  const { projects, own } = viewer.scope;
  const inScope =
    projects === "all" ? sql`true` : sql`${requests.projectId} = any(${toArray(projects)}::uuid[])`;
  return sql`(${inScope} and ${own ? sql`true` : sql`not ${isRequester(viewer)}`} and not ${hasReviewed(viewer)})`;
}

const toArray = (values: readonly string[]): string => `{${values.join(",")}}`;

function inGroup(group: PendingGroup, viewer: Viewer): SQL {
  switch (group) {
    case "review":
      return waitsForReview(viewer);
    case "asked":
      return sql`${isRequester(viewer)} and not ${waitsForReview(viewer)}`;
    case "rest":
      return sql`not ${isRequester(viewer)} and not ${waitsForReview(viewer)}`;
  }
}

/** Returns how many pending requests wait for the viewer's review, counted up to `most`. */
export async function countWaiting(db: Db | Tx, viewer: Viewer, most: number): Promise<number> {
  if (viewer.scope.projects.length === 0) return 0;
  const waiting = db
    .select({ number: requests.number })
    .from(requests)
    .where(and(pending(viewer), waitsForReview(viewer)))
    .orderBy(asc(requests.number))
    .limit(most);
  return db.$count(waiting.as("waiting"));
}

/**
 * Returns pending requests of one group, by number.
 *
 * @param from `after` returns those after this number in ascending order, `before` those before it in descending order
 */
export async function listGroup(
  db: Db | Tx,
  viewer: Viewer,
  group: PendingGroup,
  from: { after: number } | { before: number },
  limit: number,
): Promise<PromotionRequest[]> {
  if (limit <= 0 || (group === "review" && viewer.scope.projects.length === 0)) return [];
  const { number } = requests;
  const rows = await db
    .select(requestColumns)
    .from(requests)
    .where(
      and(
        pending(viewer),
        inGroup(group, viewer),
        "after" in from ? gt(number, from.after) : lt(number, from.before),
      ),
    )
    .orderBy("after" in from ? asc(number) : desc(number))
    .limit(limit);
  return rows.map(toRequest);
}

/** The position of a past request in the list: when it was decided or closed, then its number. */
export type PastKey = { at: Date; number: number };

export type PastRequest = PromotionRequest & { key: PastKey };

/**
 * Returns past requests: those decided or closed, and those that have expired but are not recorded as such (R11).
 *
 * @param from `after` returns those older than this key, the newest first; `before` those newer than it, the oldest
 *   first; null the newest of all
 */
export async function listPast(
  db: Db | Tx,
  filter: Pick<Viewer, "organizationId" | "projectId" | "now">,
  from: { after: PastKey } | { before: PastKey } | null,
  limit: number,
): Promise<PastRequest[]> {
  const older = from === null || "after" in from;
  const [ended, overdue] = await Promise.all([
    // Two lists in the same order, because each has its own index.
    listEnded(db, filter, from, limit),
    listOverdue(db, filter, from, limit),
  ]);
  const sign = older ? -1 : 1;
  return [...ended, ...overdue].sort((a, b) => sign * compare(a.key, b.key)).slice(0, limit);
}

function compare(a: PastKey, b: PastKey): number {
  return a.at.getTime() - b.at.getTime() || a.number - b.number;
}

type PastFrom = Parameters<typeof listPast>[2];
type PastFilter = Parameters<typeof listPast>[1];

const endedAt = sql<Date>`coalesce(${requests.closedAt}, ${requests.decidedAt})`;

async function listEnded(db: Db | Tx, filter: PastFilter, from: PastFrom, limit: number) {
  const rows = await pastQuery(db, filter, endedAt, from, limit, [
    sql`${requests.state} <> 'pending'`,
    sql`(${requests.expiresAt} is null or ${requests.expiresAt} > ${filter.now.toISOString()}::timestamptz)`,
  ]);
  return rows.map((row) => ({ ...toRequest(row), key: keyOf(row, row.closedAt ?? row.decidedAt) }));
}

async function listOverdue(db: Db | Tx, filter: PastFilter, from: PastFrom, limit: number) {
  const rows = await pastQuery(db, filter, sql`${requests.expiresAt}`, from, limit, [
    sql`${requests.expiresAt} is not null and ${requests.state} in ('pending', 'approved', 'failed')`,
    lte(requests.expiresAt, filter.now),
  ]);
  return rows.map((row) => ({ ...toRequest(row), key: keyOf(row, row.expiresAt) }));
}

function keyOf(row: RequestRow, at: Date | null): PastKey {
  if (at === null) throw new Error(`Request #${row.number} is past but has no end time`);
  return { at, number: row.number };
}

function pastQuery(
  db: Db | Tx,
  { organizationId, projectId }: PastFilter,
  at: SQL,
  from: PastFrom,
  limit: number,
  conditions: (SQL | undefined)[],
): Promise<RequestRow[]> {
  const older = from === null || "after" in from;
  const { number } = requests;
  return db
    .select(requestColumns)
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        projectId === null ? undefined : eq(requests.projectId, projectId),
        ...conditions,
        from === null ? undefined : isBeyond(at, from),
      ),
    )
    .orderBy(older ? sql`${at} desc` : sql`${at} asc`, older ? desc(number) : asc(number))
    .limit(limit);
}

function isBeyond(at: SQL, from: NonNullable<PastFrom>): SQL {
  const { key, sign } =
    "after" in from ? { key: from.after, sign: sql`<` } : { key: from.before, sign: sql`>` };
  return sql`(${at}, ${requests.number}) ${sign} (${key.at.toISOString()}::timestamptz, ${key.number}::int)`;
}

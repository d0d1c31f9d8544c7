import { and, asc, eq, gt, inArray, isNull, ne, or } from "drizzle-orm";
import { openStates, type PromotionRequest } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { members, requests } from "../schema/index.ts";
import { requestColumns, toRequest } from "./request-row.ts";

const open = (organizationId: string) =>
  and(eq(requests.organizationId, organizationId), inArray(requests.state, [...openStates]));

/** Returns how many requests are stored as open. */
export function countOpen(db: Db | Tx, organizationId: string): Promise<number> {
  return db.$count(requests, open(organizationId));
}

/** Returns the numbers of open requests after this one, in order. */
export async function listOpenNumbers(
  db: Db | Tx,
  organizationId: string,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await db
    .select({ number: requests.number })
    .from(requests)
    .where(and(open(organizationId), gt(requests.number, after)))
    .orderBy(asc(requests.number))
    .limit(limit);
  return rows.map((row) => row.number);
}

/** Returns the numbers of approved and failed requests whose requester is no longer an active full member, in order. */
export async function listWithoutRequester(
  db: Db | Tx,
  organizationId: string,
  now: Date,
): Promise<number[]> {
  const rows = await db
    .select({ number: requests.number })
    .from(requests)
    .innerJoin(
      members,
      and(eq(members.organizationId, requests.organizationId), eq(members.id, requests.requesterId)),
    )
    .where(
      and(
        eq(requests.organizationId, organizationId),
        inArray(requests.state, ["approved", "failed"]),
        gt(requests.expiresAt, now),
        ne(members.status, "active"),
      ),
    )
    .orderBy(asc(requests.number));
  return rows.map((row) => row.number);
}

/** Returns the open requests of these integrations: at most one for each target environment (R3). */
export async function listOpenOf(
  db: Db | Tx,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<PromotionRequest[]> {
  if (integrationIds.length === 0) return [];
  const rows = await db
    .select(requestColumns)
    .from(requests)
    .where(and(open(organizationId), inArray(requests.integrationId, [...integrationIds])));
  return rows.map(toRequest);
}

/** Returns whether the organization has any request. */
export async function hasAny(db: Db | Tx, organizationId: string): Promise<boolean> {
  const rows = await db
    .select({ number: requests.number })
    .from(requests)
    .where(eq(requests.organizationId, organizationId))
    // Makes PostgreSQL use the primary key instead of scanning other organizations' rows.
    .orderBy(asc(requests.number))
    .limit(1);
  return rows.length > 0;
}

/** Returns every request that is stored as pending, by number. Some may be out of time (R11). */
export async function listPending(db: Db | Tx, organizationId: string): Promise<PromotionRequest[]> {
  const rows = await db
    .select(requestColumns)
    .from(requests)
    .where(and(eq(requests.organizationId, organizationId), eq(requests.state, "pending")))
    .orderBy(asc(requests.number));
  return rows.map(toRequest);
}

/** Returns the open requests of a project or of one integration, by number. Requests that are out of time are not open (R11). */
export async function listOpenIn(
  tx: Tx,
  organizationId: string,
  within: { projectId: string; integrationId?: string },
  now: Date,
): Promise<{ number: number; sourceId: string; targetId: string }[]> {
  const { projectId, integrationId } = within;
  return tx
    .select({ number: requests.number, sourceId: requests.sourceId, targetId: requests.targetId })
    .from(requests)
    .where(
      and(
        open(organizationId),
        eq(requests.projectId, projectId),
        integrationId === undefined ? undefined : eq(requests.integrationId, integrationId),
        or(isNull(requests.expiresAt), gt(requests.expiresAt, now)),
      ),
    )
    .orderBy(asc(requests.number));
}

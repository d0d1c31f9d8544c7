import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type { PromotionRequest, StateName } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";
import { requestColumns, toRequest } from "./request-row.ts";

/** Which requests a page shows. An empty list and null don't filter. */
export type RequestFilter = {
  states: readonly StateName[];
  projectId: string | null;
  integrationId: string | null;
};

/**
 * Returns a page of requests, the newest first.
 *
 * @param before the number after which the page starts; null for the first page
 * @param now decides which requests have expired (R11)
 */
export async function listPage(
  db: Db | Tx,
  organizationId: string,
  { states, projectId, integrationId }: RequestFilter,
  before: number | null,
  limit: number,
  now: Date,
): Promise<PromotionRequest[]> {
  const rows = await db
    .select(requestColumns)
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        before === null ? undefined : lt(requests.number, before),
        projectId === null ? undefined : eq(requests.projectId, projectId),
        integrationId === null ? undefined : eq(requests.integrationId, integrationId),
        states.length === 0 ? undefined : inStates(states, now),
      ),
    )
    .orderBy(desc(requests.number))
    .limit(limit);
  return rows.map(toRequest);
}

/** Matches requests in one of these states. A request that is out of time is expired, recorded or not (R11). */
function inStates(states: readonly StateName[], now: Date): SQL {
  const at = sql`${now.toISOString()}::timestamptz`;
  const wanted = states.map((state) => {
    // Not a parameter: PostgreSQL uses a partial index only if the statement contains its condition.
    const stored = sql`${requests.state} = ${sql.raw(`'${state}'`)}`;
    if (state === "expired") {
      return sql`(${stored} or (${requests.state} in ('pending', 'approved', 'failed') and ${requests.expiresAt} <= ${at}))`;
    }
    return sql`(${stored} and coalesce(${requests.expiresAt}, 'infinity') > ${at})`;
  });
  return sql`(${sql.join(wanted, sql` or `)})`;
}

/** What decides whether somebody who saw an earlier version of a request has missed a change. */
export type RequestProgress = {
  version: number;
  state: StateName;
  expiresAt: Date | null;
  projectId: string;
};

/** Returns the progress of these requests by number, in one statement. Numbers that don't exist are left out. */
export async function listProgress(
  db: Db | Tx,
  organizationId: string,
  numbers: readonly number[],
): Promise<Map<number, RequestProgress>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .select({
      number: requests.number,
      version: requests.version,
      state: requests.state,
      expiresAt: requests.expiresAt,
      projectId: requests.projectId,
    })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        sql`${requests.number} = any(${`{${numbers.join(",")}}`}::int[])`,
      ),
    );
  return new Map(rows.map(({ number, ...progress }) => [number, progress]));
}

import { and, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type { PromotionRequest, StateName } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";
import { toRequest } from "./request-row.ts";

/** What a page of requests is narrowed to; nothing set: all of them. */
export type PageOf = {
  states: readonly StateName[];
  projectId: string | null;
  integrationId: string | null;
};

/**
 * Requests in their states of this moment, the newest first.
 *
 * @param before only those with a smaller number
 */
export async function listPage(
  db: Db | Tx,
  organizationId: string,
  { states, projectId, integrationId }: PageOf,
  before: number | null,
  limit: number,
  now: Date,
): Promise<PromotionRequest[]> {
  const rows = await db
    .select()
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        before === null ? undefined : lt(requests.number, before),
        projectId === null ? undefined : eq(requests.projectId, projectId),
        integrationId === null ? undefined : eq(requests.integrationId, integrationId),
        states.length === 0 ? undefined : anyOf(states, now),
      ),
    )
    .orderBy(desc(requests.number))
    .limit(limit);
  return rows.map(toRequest);
}

/** R11: a request whose time is over is expired, whether or not that was written down. */
function anyOf(states: readonly StateName[], now: Date): SQL {
  const at = sql`${now.toISOString()}::timestamptz`;
  const wanted = states.map((state) => {
    // Written out: a partial index is used only where the statement itself says that its rows are wanted.
    const stored = sql`${requests.state} = ${sql.raw(`'${state}'`)}`;
    if (state === "expired") {
      return sql`(${stored} or (${requests.state} in ('pending', 'approved', 'failed') and ${requests.expiresAt} <= ${at}))`;
    }
    return sql`(${stored} and coalesce(${requests.expiresAt}, 'infinity') > ${at})`;
  });
  return sql`(${sql.join(wanted, sql` or `)})`;
}

/** How far a request is: enough to know whether somebody who saw a version has missed anything. */
export type RequestProgress = {
  version: number;
  state: StateName;
  expiresAt: Date | null;
  projectId: string;
};

/** How far each of these requests is, in one statement however many they are; unknown ones are left out. */
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
  return new Map(rows.map(({ number, ...standing }) => [number, standing]));
}

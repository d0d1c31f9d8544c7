import { and, eq, gte, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";

/** Returns whether a request that people approved brought a build to an environment since a time. */
export async function wasPromoted(
  db: Db | Tx,
  promotion: {
    organizationId: string;
    integrationId: string;
    environmentId: string;
    buildId: string;
    startedAt: Date;
  },
): Promise<boolean> {
  const [row] = await db
    .select({ number: requests.number })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, promotion.organizationId),
        eq(requests.integrationId, promotion.integrationId),
        eq(requests.targetId, promotion.environmentId),
        eq(requests.buildId, promotion.buildId),
        eq(requests.state, "promoted"),
        gte(requests.closedAt, promotion.startedAt),
        sql`${requests.decidedBy} ->> 'kind' <> 'system'`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

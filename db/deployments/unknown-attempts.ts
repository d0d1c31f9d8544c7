import { type SQL, sql } from "drizzle-orm";

/**
 * Selects the deployment that started last among those to an environment that ended as unknown and may still be running: no
 * deployment that started later has succeeded. The column is `id`.
 *
 * @param except the number of a request whose attempts do not count; null for none
 */
export function selectUnknownAttempt(
  organizationId: string,
  { integrationId, environmentId }: { integrationId: string; environmentId: string },
  except: number | null = null,
): SQL {
  const there = sql`organization_id = ${organizationId} and integration_id = ${integrationId}::uuid
    and environment_id = ${environmentId}::uuid`;
  const last = sql`(select started_at, sequence from deployments
    where ${there} and status = 'succeeded' order by started_at desc, sequence desc limit 1)`;
  const isOther = except === null ? sql`` : sql` and request_number is distinct from ${except}::int`;
  return sql`
    select id from deployments
    where ${there} and status = 'unknown'${isOther}
      and coalesce((started_at, sequence) > ${last}, true)
    order by started_at desc, sequence desc limit 1`;
}

import { type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";

/** An environment to which a build was deployed outside approval. */
export type BypassMark = { buildId: string; environmentId: string; slug: string; name: string };

/**
 * Selects the environments to which builds were deployed outside approval, unless a request that people approved brought
 * the build there afterwards. The columns are `build_id`, `environment_id`, `slug`, `name`, and `position`.
 *
 * @param isBuild a condition on `d.build_id`
 */
export function selectBypassMarks(organizationId: string, isBuild: SQL): SQL {
  return sql`
    select distinct d.build_id, d.environment_id, e.slug, e.name, e.position
    from deployments d
    join environments e on e.organization_id = d.organization_id and e.id = d.environment_id
    where d.organization_id = ${organizationId} and ${isBuild} and d.outside
      and d.status in ('succeeded', 'unknown')
      and not exists (
        select from deployments p
        join requests r on r.organization_id = p.organization_id and r.number = p.request_number
        where p.organization_id = d.organization_id and p.integration_id = d.integration_id
          and p.environment_id = d.environment_id and p.build_id = d.build_id
          and p.status = 'succeeded' and not p.outside
          and (p.started_at, p.sequence) > (d.started_at, d.sequence) and r.decided_by ->> 'kind' <> 'system'
      )`;
}

/** Returns the marks of these builds, in the order of their pipelines. */
export async function listBypassMarks(
  db: Db | Tx,
  organizationId: string,
  buildIds: readonly string[],
): Promise<BypassMark[]> {
  if (buildIds.length === 0) return [];
  const isBuild = sql`d.build_id in (select jsonb_array_elements_text(${JSON.stringify(buildIds)}::jsonb)::uuid)`;
  const rows = await db.execute<{ build_id: string; environment_id: string; slug: string; name: string }>(
    sql`select * from (${selectBypassMarks(organizationId, isBuild)}) marks order by position, slug`,
  );
  return rows.map(({ build_id: buildId, environment_id: environmentId, slug, name }) => {
    return { buildId, environmentId, slug, name };
  });
}

import { eq, sql } from "drizzle-orm";
import type { Tx } from "../connection/connect.ts";
import { projects } from "../schema/index.ts";

/** Returns the whole catalog as plain data, for before and after in the audit log. */
export async function readCatalogSnapshot(tx: Tx, organizationId: string): Promise<unknown> {
  // The subqueries name `projects` themselves: Drizzle leaves out the table's name when it selects from one table.
  const rows = await tx
    .select({
      project: projects.slug,
      name: projects.name,
      requesterRoleIds: sql<unknown>`(select coalesce(json_agg(r.role_id order by r.role_id), '[]')
        from requester_roles r where r.organization_id = projects.organization_id and r.project_id = projects.id)`,
      environments: sql<unknown>`(select coalesce(json_agg(json_build_object('slug', e.slug, 'name', e.name, 'critical', e.critical) order by e.position, e.slug), '[]')
        from environments e where e.organization_id = projects.organization_id and e.project_id = projects.id and e.archived_at is null)`,
      integrations: sql<unknown>`(select coalesce(json_agg(json_build_object('slug', i.slug, 'name', i.name, 'deployer', i.deployer, 'compareUrl', i.compare_url) order by i.slug), '[]')
        from integrations i where i.organization_id = projects.organization_id and i.project_id = projects.id and i.archived_at is null)`,
    })
    .from(projects)
    .where(eq(projects.organizationId, organizationId))
    .orderBy(projects.slug);
  return rows;
}

import { sql } from "drizzle-orm";
import type { Db } from "../connection/connect.ts";

/** A project that had requester roles when it was archived, and has none now because they were deleted. */
export type LostRequesters = { slug: string; name: string; archived: boolean; roles: string[] };

/** R14: returns the projects whose requester roles were all deleted while they were archived. */
export async function listLostRequesters(db: Db, organizationId: string): Promise<LostRequesters[]> {
  const rows = await db.execute<LostRequesters>(sql`
    select p.slug, p.name, p.archived_at is not null as archived,
      to_jsonb(array(select role ->> 'name' from jsonb_array_elements(archived.roles) role order by 1)) as roles
    from projects p
    join lateral (
      select after -> 'requesterRoles' as roles from audit_log
      where organization_id = p.organization_id and subject = 'project:' || p.id and action = 'project.archived'
      order by id desc limit 1
    ) archived on jsonb_typeof(archived.roles) = 'array' and jsonb_array_length(archived.roles) > 0
    where p.organization_id = ${organizationId}
      and not exists (
        select from requester_roles r where r.organization_id = p.organization_id and r.project_id = p.id
      )
      and not exists (
        select from jsonb_array_elements(archived.roles) role
        join roles on roles.organization_id = p.organization_id and roles.id::text = role ->> 'id'
      )
    order by p.slug`);
  return [...rows];
}

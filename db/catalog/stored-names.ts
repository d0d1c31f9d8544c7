import { sql } from "drizzle-orm";
import type { StoredName } from "../../src/domain/shared/unclear-names.ts";
import type { Db } from "../connection/connect.ts";

/** Returns the name of everything in use that people name: projects, environments, integrations, roles, and tokens. */
export async function listStoredNames(db: Db, organizationId: string): Promise<StoredName[]> {
  const rows = await db.execute<StoredName>(sql`
    with active as (
      select * from projects where organization_id = ${organizationId} and archived_at is null
    )
    select 'project' as what, name, slug as path, null as scope from active
    union all
    select 'environment', e.name, p.slug || '/' || e.slug, p.slug from environments e
      join active p on p.organization_id = e.organization_id and p.id = e.project_id and e.archived_at is null
    union all
    select 'integration', i.name, p.slug || '/' || i.slug, p.slug from integrations i
      join active p on p.organization_id = i.organization_id and p.id = i.project_id and i.archived_at is null
    union all
    select 'role', name, null, null from roles where organization_id = ${organizationId}
    union all
    select 'token', name, null, null from api_tokens
      where organization_id = ${organizationId} and revoked_at is null
    order by 1, 3, 2`);
  return [...rows];
}

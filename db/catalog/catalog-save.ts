import { and, eq, isNull, notInArray, sql } from "drizzle-orm";
import type { Tx } from "../connection/connect.ts";
import { environments, integrations, projects, requesterRoles } from "../schema/index.ts";

/** Stores a project under its slug and answers its id. A project that was archived comes back. */
export async function saveProject(
  tx: Tx,
  project: { organizationId: string; id: string; slug: string; name: string },
): Promise<string> {
  const [row] = await tx
    .insert(projects)
    .values(project)
    .onConflictDoUpdate({
      target: [projects.organizationId, projects.slug],
      set: { name: project.name, archivedAt: null },
    })
    .returning({ id: projects.id });
  return (row as { id: string }).id;
}

export async function saveEnvironment(
  tx: Tx,
  environment: {
    organizationId: string;
    id: string;
    projectId: string;
    slug: string;
    name: string;
    position: number;
    critical: boolean;
  },
): Promise<string> {
  const { name, position, critical } = environment;
  const [row] = await tx
    .insert(environments)
    .values(environment)
    .onConflictDoUpdate({
      target: [environments.organizationId, environments.projectId, environments.slug],
      set: { name, position, critical, archivedAt: null },
    })
    .returning({ id: environments.id });
  return (row as { id: string }).id;
}

/** Archives the environments of a project that are not among these. */
export async function archiveOtherEnvironments(
  tx: Tx,
  organizationId: string,
  projectId: string,
  kept: readonly string[],
  archivedAt: Date,
): Promise<void> {
  await tx
    .update(environments)
    .set({ archivedAt })
    .where(
      and(
        eq(environments.organizationId, organizationId),
        eq(environments.projectId, projectId),
        notInArray(environments.id, [...kept]),
        isNull(environments.archivedAt),
      ),
    );
}

export async function saveIntegration(
  tx: Tx,
  integration: {
    organizationId: string;
    id: string;
    projectId: string;
    slug: string;
    name: string;
    /** Left as they are where they are undefined; of a new one the deployer is then the default. */
    deployer?: string | undefined;
    compareUrl?: string | undefined;
  },
): Promise<string> {
  const { name, deployer, compareUrl } = integration;
  const [row] = await tx
    .insert(integrations)
    .values(integration)
    .onConflictDoUpdate({
      target: [integrations.organizationId, integrations.projectId, integrations.slug],
      set: {
        ...{ name, archivedAt: null },
        ...(deployer !== undefined && { deployer }),
        ...(compareUrl !== undefined && { compareUrl }),
      },
    })
    .returning({ id: integrations.id });
  return (row as { id: string }).id;
}

/** R14: replaces a project's requester roles. */
export async function setRequesterRoles(
  tx: Tx,
  organizationId: string,
  projectId: string,
  roleIds: readonly string[],
): Promise<void> {
  await tx
    .delete(requesterRoles)
    .where(and(eq(requesterRoles.organizationId, organizationId), eq(requesterRoles.projectId, projectId)));
  if (roleIds.length > 0) {
    const rows = [...new Set(roleIds)].map((roleId) => ({ organizationId, projectId, roleId }));
    await tx.insert(requesterRoles).values(rows);
  }
}

/** The whole catalog as plain data, for the audit log's before and after. */
export async function snapshot(tx: Tx, organizationId: string): Promise<unknown> {
  // Columns are written out: in a select from one table drizzle leaves their table's name away, and in a sub-select
  // the name alone means another column.
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

import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { environments, integrations, projects, requesterRoles } from "./schema/index.ts";

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

export async function saveIntegration(
  tx: Tx,
  integration: {
    organizationId: string;
    id: string;
    projectId: string;
    slug: string;
    name: string;
    deployer: string;
  },
): Promise<string> {
  const [row] = await tx
    .insert(integrations)
    .values(integration)
    .onConflictDoUpdate({
      target: [integrations.organizationId, integrations.projectId, integrations.slug],
      set: { name: integration.name, deployer: integration.deployer, archivedAt: null },
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
    await tx.insert(requesterRoles).values(roleIds.map((roleId) => ({ organizationId, projectId, roleId })));
  }
}

/** The whole catalog as plain data, for the audit log's before and after. */
export async function snapshot(tx: Tx, organizationId: string): Promise<unknown> {
  const rows = await tx
    .select({
      project: projects.slug,
      environments: sql<unknown>`(select coalesce(json_agg(json_build_object('slug', e.slug, 'critical', e.critical) order by e.position), '[]')
        from environments e where e.organization_id = ${projects.organizationId} and e.project_id = ${projects.id} and e.archived_at is null)`,
      integrations: sql<unknown>`(select coalesce(json_agg(i.slug order by i.slug), '[]')
        from integrations i where i.organization_id = ${projects.organizationId} and i.project_id = ${projects.id} and i.archived_at is null)`,
    })
    .from(projects)
    .where(eq(projects.organizationId, organizationId))
    .orderBy(projects.slug);
  return rows;
}

import { and, asc, desc, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import { openStates } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import {
  auditLog,
  environments,
  integrations,
  projects,
  requesterRoles,
  requests,
  roles,
} from "../schema/index.ts";

export type ProjectRow = typeof projects.$inferSelect;
export type IntegrationRow = typeof integrations.$inferSelect;

const inProject = (organizationId: string, id: string) =>
  and(eq(projects.organizationId, organizationId), eq(projects.id, id));

const ofProject = (table: typeof environments | typeof integrations, organizationId: string, id: string) =>
  and(eq(table.organizationId, organizationId), eq(table.projectId, id));

/** Lets one change of an organization's projects wait for another, so that no two take the same name. */
export async function lockProjects(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('projects'), hashtext(${organizationId}))`);
}

/** Locks a project until the transaction ends: its environments and integrations change under this lock only. */
export async function lockProject(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<ProjectRow | undefined> {
  const [row] = await tx.select().from(projects).where(inProject(organizationId, id)).for("update");
  return row;
}

/** Every project, archived ones too. */
export async function listAllProjects(tx: Tx, organizationId: string): Promise<ProjectRow[]> {
  return tx.select().from(projects).where(eq(projects.organizationId, organizationId));
}

/** Stores a project; one that is there already is brought back under this name. */
export async function putProject(
  tx: Tx,
  project: Pick<ProjectRow, "organizationId" | "id" | "slug" | "name">,
): Promise<void> {
  const { slug, name } = project;
  await tx
    .insert(projects)
    .values(project)
    .onConflictDoUpdate({
      target: [projects.organizationId, projects.id],
      set: { slug, name, archivedAt: null },
    });
}

export async function updateProject(
  tx: Tx,
  { organizationId, id, ...changes }: Pick<ProjectRow, "organizationId" | "id"> & Partial<ProjectRow>,
): Promise<void> {
  await tx.update(projects).set(changes).where(inProject(organizationId, id));
}

/** Puts an environment in its place; `archivedAt` null brings an archived one back. */
export async function putEnvironment(
  tx: Tx,
  organizationId: string,
  projectId: string,
  environment: Environment,
  archivedAt: Date | null = null,
): Promise<void> {
  const { id, name, slug, position, critical } = environment;
  const columns = { name, slug, position, critical, archivedAt };
  await tx
    .insert(environments)
    .values({ organizationId, projectId, id, ...columns })
    .onConflictDoUpdate({ target: [environments.organizationId, environments.id], set: columns });
}

/** Every environment that a project has or had. */
export async function listAllEnvironments(
  tx: Tx,
  organizationId: string,
  projectId: string,
): Promise<(Environment & { archived: boolean })[]> {
  const rows = await tx
    .select()
    .from(environments)
    .where(ofProject(environments, organizationId, projectId));
  return rows.map(({ id, name, slug, position, critical, archivedAt }) => {
    return { id, name, slug, position, critical, archived: archivedAt !== null };
  });
}

/** Stores an integration; `archivedAt` null brings an archived one back. */
export async function putIntegration(
  tx: Tx,
  { organizationId, id, ...columns }: IntegrationRow,
): Promise<void> {
  await tx
    .insert(integrations)
    .values({ organizationId, id, ...columns })
    .onConflictDoUpdate({ target: [integrations.organizationId, integrations.id], set: columns });
}

/** Every integration that a project has or had. */
export async function listAllIntegrations(
  tx: Tx,
  organizationId: string,
  projectId: string,
): Promise<IntegrationRow[]> {
  return tx
    .select()
    .from(integrations)
    .where(ofProject(integrations, organizationId, projectId));
}

/** A project's integrations that are not archived, by name. */
export async function listIntegrations(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<IntegrationRow[]> {
  return db
    .select()
    .from(integrations)
    .where(and(ofProject(integrations, organizationId, projectId), isNull(integrations.archivedAt)))
    .orderBy(asc(integrations.name), asc(integrations.id));
}

/** The open requests of a project, or of one integration, by number. R11: one whose time is over is not open any more. */
export async function listOpenIn(
  tx: Tx,
  organizationId: string,
  place: { projectId: string; integrationId?: string },
  now: Date,
): Promise<{ number: number; sourceId: string; targetId: string }[]> {
  return tx
    .select({ number: requests.number, sourceId: requests.sourceId, targetId: requests.targetId })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        eq(requests.projectId, place.projectId),
        place.integrationId === undefined ? undefined : eq(requests.integrationId, place.integrationId),
        inArray(requests.state, [...openStates]),
        or(isNull(requests.expiresAt), gt(requests.expiresAt, now)),
      ),
    )
    .orderBy(asc(requests.number));
}

/** R14: a project's requester roles, by name. */
export async function listRequesterRoles(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<{ id: string; name: string }[]> {
  return db
    .select({ id: roles.id, name: roles.name })
    .from(requesterRoles)
    .innerJoin(
      roles,
      and(eq(roles.organizationId, requesterRoles.organizationId), eq(roles.id, requesterRoles.roleId)),
    )
    .where(and(eq(requesterRoles.organizationId, organizationId), eq(requesterRoles.projectId, projectId)))
    .orderBy(asc(roles.name));
}

/** Keeps these roles from being deleted until the transaction ends, and answers those that are there. */
export async function shareLockRoles(
  tx: Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .select({ id: roles.id })
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), inArray(roles.id, [...ids])))
    .orderBy(asc(roles.id))
    .for("key share");
  return rows.map((row) => row.id);
}

/** What a project was at a version that has been replaced since, as the audit log keeps it. */
export async function projectAt(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  version: number,
): Promise<unknown> {
  const [row] = await db
    .select({ before: auditLog.before })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        eq(auditLog.subject, `project:${projectId}`),
        sql`(${auditLog.before} ->> 'version')::int = ${version}`,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(1);
  return row?.before;
}

import { and, asc, eq, gt, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import { stripUnstorable } from "../../src/domain/shared/storable-text.ts";
import type { Db, Tx } from "../connection/connect.ts";
import type { SlugOwner } from "../schema/former-slugs.ts";
import { integrations, projects } from "../schema/index.ts";
import { formerOwnerIds } from "./former-slugs.ts";
import { groupRows } from "./group-rows.ts";
import { ownProject } from "./integrations.ts";
import { containsEveryWord } from "./search.ts";

/** An integration that is not archived, as lists show it. */
export type ListedIntegration = {
  id: string;
  slug: string;
  name: string;
  deployer: string;
  compareUrl: string | null;
};

const listedColumns = {
  id: integrations.id,
  slug: integrations.slug,
  name: integrations.name,
  deployer: integrations.deployer,
  compareUrl: integrations.compareUrl,
};

const listedIn = (organizationId: string, projectId: string) =>
  and(
    eq(integrations.organizationId, organizationId),
    eq(integrations.projectId, projectId),
    isNull(integrations.archivedAt),
  );

/** Returns how many integrations of a project are not archived. */
export function countIntegrations(db: Db | Tx, organizationId: string, projectId: string): Promise<number> {
  return db.$count(integrations, listedIn(organizationId, projectId));
}

/** Returns a page of a project's integrations that are not archived, by name. */
export async function pageIntegrationsByName(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  page: { offset: number; limit: number },
): Promise<{ id: string; name: string }[]> {
  return db
    .select({ id: integrations.id, name: integrations.name })
    .from(integrations)
    .where(listedIn(organizationId, projectId))
    .orderBy(asc(integrations.name), asc(integrations.id))
    .offset(page.offset)
    .limit(page.limit);
}

/**
 * Returns a page of a project's integrations that are not archived, by slug.
 *
 * @param page.after the last slug of the previous page; null for the first page
 */
export async function pageIntegrationsBySlug(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  page: { after: string | null; limit: number },
): Promise<ListedIntegration[]> {
  return db
    .select(listedColumns)
    .from(integrations)
    .where(
      and(
        listedIn(organizationId, projectId),
        page.after === null ? undefined : gt(integrations.slug, page.after),
      ),
    )
    .orderBy(asc(integrations.slug))
    .limit(page.limit);
}

/** Returns the integrations of these projects that are not archived, by project ID and in the order of their slugs. */
export async function listIntegrationsByProject(
  db: Db | Tx,
  organizationId: string,
  projectIds: readonly string[],
): Promise<Map<string, ListedIntegration[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({ projectId: integrations.projectId, ...listedColumns })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, organizationId),
        inArray(integrations.projectId, [...projectIds]),
        isNull(integrations.archivedAt),
      ),
    )
    .orderBy(asc(integrations.slug));
  return groupRows(rows, ({ projectId, ...integration }) => [projectId, integration]);
}

/** An integration that a person can choose, with its project's names. */
export type IntegrationChoice = {
  id: string;
  slug: string;
  name: string;
  projectSlug: string;
  projectName: string;
};

const choiceColumns = {
  id: integrations.id,
  slug: integrations.slug,
  name: integrations.name,
  projectSlug: projects.slug,
  projectName: projects.name,
};

/** Integrations that a person can choose: neither they nor their projects are archived. */
const choosable = (organizationId: string) =>
  and(
    eq(integrations.organizationId, organizationId),
    isNull(integrations.archivedAt),
    isNull(projects.archivedAt),
  );

/**
 * Returns the integrations that contain every word of the text in their own or their project's name or slug, by project
 * and name. Archived ones are left out.
 *
 * @param projectId the only project to search; undefined for all of them
 */
export async function searchIntegrations(
  db: Db | Tx,
  organizationId: string,
  text: string,
  limit: number,
  projectId?: string,
): Promise<IntegrationChoice[]> {
  const words = text.split(/[\s/\0]+/).map(stripUnstorable);
  const searched = sql`${projects.slug} || ' ' || ${projects.name} || ' ' || ${integrations.slug} || ' ' || ${integrations.name}`;
  return db
    .select(choiceColumns)
    .from(integrations)
    .innerJoin(projects, ownProject)
    .where(
      and(
        choosable(organizationId),
        projectId === undefined ? undefined : eq(integrations.projectId, projectId),
        ...containsEveryWord(searched, words),
      ),
    )
    .orderBy(projects.name, integrations.name, integrations.id)
    .limit(limit);
}

/**
 * Returns the integrations with exactly this slug or name in any case, by project and name, at most 100. Archived ones
 * are left out. If there are none, returns those that had such a slug, or whose project had it.
 *
 * @param project the slug or name of their project; null for any
 */
export async function findIntegrationsByName(
  db: Db | Tx,
  organizationId: string,
  project: string | null,
  integration: string,
): Promise<IntegrationChoice[]> {
  const find = (condition: SQL | undefined) =>
    db
      .select(choiceColumns)
      .from(integrations)
      .innerJoin(projects, ownProject)
      .where(and(choosable(organizationId), condition))
      .orderBy(projects.name, integrations.name, integrations.id)
      .limit(100);
  const ofProject = project === null ? undefined : isCalled(projects, project);
  const current = await find(and(isCalled(integrations, integration), ofProject));
  if (current.length > 0) return current;
  const had = (owner: SlugOwner, text: string) =>
    formerOwnerIds(db, { organizationId, owner }, stripUnstorable(text).toLowerCase());
  const isOrWas = or(
    isCalled(integrations, integration),
    inArray(integrations.id, had("integration", integration)),
  );
  const ofFormer =
    project === null ? undefined : or(ofProject, inArray(projects.id, had("project", project)));
  return find(and(isOrWas, ofFormer));
}

function isCalled({ slug, name }: typeof integrations | typeof projects, wanted: string): SQL | undefined {
  const text = stripUnstorable(wanted);
  return or(sql`lower(${slug}) = lower(${text})`, sql`lower(${name}) = lower(${text})`);
}

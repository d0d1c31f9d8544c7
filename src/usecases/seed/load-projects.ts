import { listEnvironments } from "../../../db/catalog/environments.ts";
import { type KnownProject, listAllProjects } from "../../../db/catalog/projects.ts";
import { listRequesterRoleIds } from "../../../db/catalog/requester-roles.ts";
import { checkName } from "../../domain/shared/check-name.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { archiveProject } from "../catalog/archive-project.ts";
import { readRequesterGuard } from "../catalog/check-guards.ts";
import { createProject } from "../catalog/create-project.ts";
import { saveProject } from "../catalog/save-project.ts";
import { decideArchived } from "./archived.ts";
import type { FoundProject } from "./load-holders.ts";
import { type LoadedIntegration, loadIntegrations } from "./load-integrations.ts";
import { loadPipeline, newEnvironments } from "./load-pipeline.ts";
import { decide, done, fault, type Loading, remember, unlessRefused } from "./loading.ts";
import { resolveItems } from "./resolve-items.ts";
import type { RoleNames } from "./role-names.ts";
import { type Broken, isBroken, type SeedProject } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { asSet, showNames, showText } from "./show-values.ts";

/** A project of the file whose content is to be loaded. */
type Active = { project: SeedProject; path: SeedPath; id: string; isNew: boolean };

export type LoadedProjects = {
  /** The integrations whose builds are to be loaded. */
  integrations: LoadedIntegration[];
  /** Every project by its slug, and by the slug that the file has for it. */
  bySlug: Map<string, FoundProject>;
};

/** Loads projects with their pipelines and integrations. Projects that the file leaves out stay as they are. */
export async function loadProjects(
  loading: Loading,
  list: readonly (SeedProject | Broken)[],
  roles: RoleNames,
): Promise<LoadedProjects> {
  const stored = await listStored(loading);
  const bySlug = new Map<string, FoundProject>();
  const named = list.flatMap((project, i) => {
    bySlug.set(isBroken(project) ? project.broken : project.slug, { id: null, archived: false });
    return isBroken(project) ? [] : [{ item: project, path: ["projects", i] }];
  });
  for (const { slug, id, archived } of stored) bySlug.set(slug, { id, archived });
  const resolved = resolveItems(loading, stored, named, "project");
  const found = resolved.map(({ item, path, stored }) => ({ project: item, path, existing: stored }));
  // What the file archives comes first: it frees its name.
  for (const one of found) await archiveOrRestore(loading, one, bySlug, roles);
  const integrations: LoadedIntegration[] = [];
  for (const { project, path, existing } of found) {
    const known = existing && bySlug.get(existing.slug);
    if (known?.archived || (existing === undefined && project.archived)) {
      bySlug.set(project.slug, known ?? { id: null, archived: true });
      continue;
    }
    const id = existing?.id ?? (await create(loading, project, path, roles));
    bySlug.set(project.slug, { id: id ?? null, archived: false });
    if (id === undefined) continue;
    const active = { project, path, id, isNew: existing === undefined };
    integrations.push(...(await loadContent(loading, active, roles)));
  }
  return { integrations, bySlug };
}

async function listStored({ tx, by, names }: Loading): Promise<KnownProject[]> {
  const all = await listAllProjects(tx, by.organizationId);
  for (const { id, name } of all) names.set(id, name);
  return all;
}

async function archiveOrRestore(
  loading: Loading,
  { project, path, existing }: { project: SeedProject; path: SeedPath; existing: KnownProject | undefined },
  bySlug: Map<string, FoundProject>,
  roles: RoleNames,
): Promise<void> {
  if (existing === undefined) return;
  const { id: projectId, slug, name, archived, version } = existing;
  const subject = `project ${slug}`;
  const next = decideArchived(loading, {
    ...{ path, subject, key: `project:${projectId}/archived`, file: project.archived, stored: archived },
  });
  if (next === archived) return;
  const input = { ...loading.by, projectId };
  const result = next
    ? await archiveProject(loading.context, { ...input, version })
    : await createProject(loading.context, {
        ...{
          ...input,
          slug,
          name,
          environments: await listEnvironments(loading.tx, input.organizationId, projectId),
        },
        requesterRoleIds: await restoredRequesters(loading, { project, path }, existing, roles),
      });
  const at = [...path, "archived"];
  if (unlessRefused<unknown>(loading, result, () => at) !== undefined)
    bySlug.set(slug, { id: projectId, archived: next });
}

/**
 * R14: returns the requester roles of a project that is restored. If those that it had were deleted while it was archived,
 * the file must say who may request: without any, everyone could.
 */
async function restoredRequesters(
  loading: Loading,
  { project: { requesters }, path }: Pick<Active, "project" | "path">,
  existing: KnownProject,
  roles: RoleNames,
): Promise<string[]> {
  const { id, name } = existing;
  const stored = await listRequesterRoleIds(loading.tx, loading.by.organizationId, id);
  const guard = await readRequesterGuard(loading.tx, existing);
  if (guard.length === 0 || stored.length > 0) return stored;
  if (requesters !== undefined) return roles.resolve(loading, requesters, [...path, "requesters"]);
  const former = guard.map((role) => role.name).join(", ");
  const words = `Only ${former} could request in ${name}, and these roles were deleted while it was archived. Say who may request now: requesters: [a role], or [] for everyone.`;
  fault(loading, [...path, "archived"], words);
  return [];
}

async function create(
  loading: Loading,
  project: SeedProject,
  path: SeedPath,
  roles: RoleNames,
): Promise<string | undefined> {
  const { slug, name, requesters = [], environments = [] } = project;
  const requesterRoleIds = roles.resolve(loading, requesters, [...path, "requesters"]);
  roles.checkExisting(loading, requesterRoleIds, [...path, "requesters"]);
  const pipeline = newEnvironments(loading, environments, [...path, "environments"]);
  if (name === undefined) {
    fault(loading, path, `The project ${slug} is new, so it needs a name.`);
    return undefined;
  }
  if (pipeline === undefined) return undefined;
  const created = await createProject(loading.context, {
    ...{ ...loading.by, slug, name, requesterRoleIds, environments: pipeline },
  });
  const value = unlessRefused(loading, created, pathIn(path));
  if (value === undefined) return undefined;
  loading.names.set(value.projectId, name);
  remember(loading, `project:${value.projectId}/archived`, false, false);
  done(loading, path, `project ${slug}`, `created: ${name}, ${pipeline.map((one) => one.name).join(" → ")}`);
  return value.projectId;
}

/** Returns where in the file a refusal belongs. */
const pathIn =
  (path: SeedPath) =>
  ({ code }: Refusal): SeedPath => {
    if (code === "name-taken") return [...path, "name"];
    return code === "too-few-environments" || code === "too-many-environments"
      ? [...path, "environments"]
      : path;
  };

async function loadContent(loading: Loading, active: Active, roles: RoleNames): Promise<LoadedIntegration[]> {
  await saveDetails(loading, active, roles);
  const { project, path, id, isNew } = active;
  await loadPipeline(loading, { projectId: id, isNew, slug: project.slug }, project.environments, [
    ...path,
    "environments",
  ]);
  const owner = { projectId: id, slug: project.slug, environments: project.environments ?? [] };
  return loadIntegrations(loading, owner, project.integrations ?? [], [...path, "integrations"]);
}

/** Sets a project's name, slug, and requester roles. */
async function saveDetails(loading: Loading, active: Active, roles: RoleNames): Promise<void> {
  const { project, path, id: projectId, isNew } = active;
  const { organizationId } = loading.by;
  const all = await listAllProjects(loading.tx, organizationId);
  const stored = all.find(({ id }) => id === projectId);
  if (stored === undefined) throw new Error("The project was not stored");
  const requesters = asSet(await listRequesterRoleIds(loading.tx, organizationId, projectId));
  const faultCount = loading.faults.length;
  const resolve = (names: readonly string[]) =>
    isNew ? requesters : asSet(roles.resolve(loading, names, [...path, "requesters"]));
  const fileRequesters = project.requesters && resolve(project.requesters);
  const subject = `project ${stored.slug}`;
  const setting = <T>(name: string, values: { file: T | undefined; stored: T; replaces?: T | undefined }) => {
    return {
      path: [...path, name],
      key: `project:${projectId}/${name}`,
      subject,
      setting: name,
      isNew,
      ...values,
    };
  };
  const slug = decide(loading, {
    ...setting("slug", { file: project.slug, stored: stored.slug, replaces: project.previousSlug }),
    show: showText,
  });
  const name = decide(loading, {
    ...setting("name", { file: project.name, stored: stored.name }),
    show: showText,
    check: (name, present) => checkName("project", name, present),
  });
  const requesterRoleIds = decide(loading, {
    ...setting("requesters", { file: fileRequesters, stored: requesters }),
    ...{ setting: "requester roles", show: showNames(loading, "everyone") },
  });
  const isSame =
    slug === stored.slug && name === stored.name && requesterRoleIds.join() === requesters.join();
  roles.checkExisting(loading, requesterRoleIds, [...path, "requesters"]);
  // A role that does not exist must not leave an empty list, which lets everyone request.
  if (isSame || loading.faults.length > faultCount) return;
  const saved = await saveProject(loading.context, {
    ...{ ...loading.by, projectId, version: stored.version, name, slug, requesterRoleIds },
  });
  if (unlessRefused(loading, saved, pathIn(path)) !== undefined) loading.names.set(projectId, name);
}

import { listProjects } from "../../../db/catalog/projects.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import { bindRole } from "../people/bind-role.ts";
import { saveRole } from "../people/save-role.ts";
import { scheduleGroupSync } from "../people/schedule-refresh.ts";
import type { LoadedRole } from "./load-roles.ts";
import { decide, fault, type Loading, unlessRefused } from "./loading.ts";
import type { SeedHolder } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { asSet, showNames } from "./show-values.ts";

/** A project that a file refers to. `id` is null if it could not be created, which is reported elsewhere. */
export type FoundProject = { id: string | null; archived: boolean };

/** Returns a project by its slug; undefined if there is none. */
export type FindProject = (slug: string) => FoundProject | undefined;

/** Sets the user groups and members of the roles that a file names. */
export async function loadHolders(
  loading: Loading,
  loaded: readonly LoadedRole[],
  findProject: FindProject,
): Promise<void> {
  for (const one of loaded) {
    if (one.role.deleted) continue;
    const isUnbound = await bind(loading, one, findProject);
    // The members of a role that the file unbinds were those of its group: there is nothing to keep.
    await setMembers(loading, { ...one, isNew: one.isNew || isUnbound }, findProject);
  }
}

async function findStored({ tx, by }: Loading, id: string): Promise<roles.Role> {
  const stored = await roles.lock(tx, by.organizationId, id);
  if (stored === undefined) throw new Error("The role was not stored");
  return stored;
}

/** Binds a role to the user group that the file names, or unbinds it. Returns whether it was unbound. */
async function bind(loading: Loading, one: LoadedRole, findProject: FindProject): Promise<boolean> {
  const { path, id } = one;
  const stored = await findStored(loading, id);
  const { groupId, projectIds } = decideGroup(loading, one, stored, findProject);
  const storedProjects = asSet(stored.groupProjectIds ?? []).join();
  const isSame = groupId === stored.groupId && (groupId === null || storedProjects === projectIds.join());
  if (isSame) return false;
  const bound = await bindRole(loading.context, {
    ...{ ...loading.by, roleId: id, version: stored.version, groupId },
    projectIds: projectIds.length === 0 ? null : projectIds,
  });
  if (unlessRefused(loading, bound, () => [...path, "group"]) === undefined) return false;
  if (groupId === null) return true;
  await scheduleGroupSync(loading.context, loading.by.organizationId, groupId);
  return false;
}

function decideGroup(
  loading: Loading,
  { role: { group, groupProjects }, path, id, isNew }: LoadedRole,
  stored: roles.Role,
  findProject: FindProject,
): { groupId: string | null; projectIds: string[] } {
  if (group) loading.names.set(group.id, `@${group.handle}`);
  const common = { subject: `role ${stored.name}`, isNew };
  const groupId = decide<string | null>(loading, {
    ...{ ...common, path: [...path, "group"], key: `role:${id}/group`, setting: "user group" },
    ...{ file: group === undefined ? undefined : (group?.id ?? null), stored: stored.groupId },
    show: (groupId) => (groupId === null ? "none" : (loading.names.get(groupId) ?? groupId)),
  });
  const projectPath = [...path, "projects"];
  const kept = stored.groupProjectIds ?? [];
  const fileProjects = groupProjects?.flatMap((slug, i) =>
    usableProject(loading, slug, [...projectPath, i], findProject, kept),
  );
  // Without archived ones, a list that is not empty must not become an empty one: that is the whole organization.
  const isUsable = groupProjects?.length === 0 || fileProjects?.length !== 0;
  const projectIds = decide(loading, {
    ...{ ...common, path: projectPath, key: `role:${id}/group-projects`, setting: "projects of the group" },
    file: fileProjects && isUsable ? asSet(fileProjects) : undefined,
    stored: asSet(kept),
    show: showNames(loading, "the whole organization"),
  });
  return { groupId, projectIds };
}

/**
 * Returns the id of a project; nothing if it is archived, or if there is none, which is reported.
 *
 * @param kept projects that stay even if they are archived: they may come back
 */
function usableProject(
  loading: Loading,
  slug: string,
  path: SeedPath,
  findProject: FindProject,
  kept: readonly string[] = [],
): string[] {
  const found = findProject(slug);
  if (found !== undefined) {
    return found.id === null || (found.archived && !kept.includes(found.id)) ? [] : [found.id];
  }
  fault(loading, path, `There is no project ${slug}, neither in this file nor in Signoff.`);
  return [];
}

/** Members are compared as texts: a Slack id, with the project's id after a slash where it is for one project. */
const holdingText = (memberId: string, projectId: string | null): string =>
  projectId === null ? memberId : `${memberId}/${projectId}`;

async function setMembers(loading: Loading, one: LoadedRole, findProject: FindProject): Promise<void> {
  const { role, path, id, isNew } = one;
  const { organizationId } = loading.by;
  const stored = await findStored(loading, id);
  const membersPath = [...path, "members"];
  const active = new Set((await listProjects(loading.tx, organizationId)).map((project) => project.id));
  // What somebody holds in an archived project stays, and returns with the project.
  const holdings = (await roles.holdingsOf(loading.tx, organizationId, id)).filter(
    ({ projectId }) => projectId === null || active.has(projectId),
  );
  const file = role.members?.flatMap((holder, i) =>
    holdingsOf(loading, holder, [...membersPath, i], findProject),
  );
  await readNames(loading, [...holdings, ...(role.members ?? [])]);
  const held = holdings.map((holding) => holdingText(holding.memberId, holding.projectId));
  const wanted = decide(loading, {
    ...{ path: membersPath, key: `role:${id}/members`, subject: `role ${stored.name}`, setting: "members" },
    file: file && asSet(file),
    // The members of a bound role are those of its group, and change by themselves.
    stored: stored.groupId === null ? asSet(held) : [`group:${stored.groupId}`],
    // A holding in a project that was archived since is neither in the file nor in what is compared.
    sayable: (list) => list.filter((text) => isSayable(loading, text, active)),
    // Until somebody is made an admin, the Admin role is as new: it is never emptied later.
    isNew: isNew || (stored.admin && held.length === 0),
    show: (list: string[]) => list.map((text) => holdingWords(loading, text)).join(", ") || "nobody",
  });
  if (file === undefined || wanted.join() !== asSet(file).join() || wanted.join() === asSet(held).join())
    return;
  await saveScopes(loading, one, asSet(held), wanted);
}

function isSayable({ absent }: Loading, text: string, active: ReadonlySet<string>): boolean {
  const [memberId = "", projectId] = text.split("/");
  return !absent.has(memberId) && (projectId === undefined || active.has(projectId));
}

function holdingsOf(
  loading: Loading,
  { memberId, projects }: SeedHolder,
  path: SeedPath,
  findProject: FindProject,
): string[] {
  if (projects === null) return [holdingText(memberId, null)];
  return projects
    .flatMap((slug) => usableProject(loading, slug, path, findProject))
    .map((id) => holdingText(memberId, id));
}

/** Saves the members of every scope that changes: one scope per call, as in Settings. */
async function saveScopes(
  loading: Loading,
  { path, id }: LoadedRole,
  held: readonly string[],
  wanted: readonly string[],
): Promise<void> {
  const scopesOf = (list: readonly string[]) => list.map((text) => text.split("/")[1] ?? "");
  for (const scope of asSet([...scopesOf(held), ...scopesOf(wanted)])) {
    const inScope = (list: readonly string[]) =>
      list.filter((text) => (text.split("/")[1] ?? "") === scope).map((text) => text.split("/")[0] ?? "");
    const memberIds = inScope(wanted);
    if (memberIds.join() === inScope(held).join()) continue;
    const { name, version } = await findStored(loading, id);
    const saved = await saveRole(loading.context, {
      ...{ ...loading.by, roleId: id, version, name },
      holders: { projectId: scope === "" ? null : scope, memberIds },
    });
    unlessRefused(loading, saved, () => [...path, "members"]);
  }
}

function holdingWords({ names }: Loading, text: string): string {
  if (text.startsWith("group:")) return `those of ${names.get(text.slice(6)) ?? "its user group"}`;
  const [memberId = "", project] = text.split("/");
  const name = names.get(memberId) ?? memberId;
  return project === undefined ? name : `${name} (${names.get(project) ?? project})`;
}

/** Reads the names of people for words. */
export async function readNames(
  { tx, by, names }: Loading,
  people: readonly { memberId: string }[],
): Promise<void> {
  const unknown = people.map(({ memberId }) => memberId).filter((id) => !names.has(id));
  for (const [id, { name }] of await members.findMany(tx, by.organizationId, unknown)) names.set(id, name);
}

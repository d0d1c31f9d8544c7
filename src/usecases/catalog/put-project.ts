import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { listAllEnvironments } from "../../../db/catalog/environments.ts";
import {
  type KnownProject,
  listAllProjects,
  lockProject,
  lockProjectNames,
  upsertProject,
} from "../../../db/catalog/projects.ts";
import { listRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { loweredInPipeline, loweredRequesters } from "../../domain/catalog/guards.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import {
  planPipeline,
  type StoredEnvironment,
  type WantedEnvironment,
} from "../../domain/catalog/plan-pipeline.ts";
import { type ResolvedSlug, resolveSlug } from "../../domain/catalog/slugs.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { type By, type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { checkGuards, readRequesterGuard } from "./check-guards.ts";
import { checkProjectNames, saveRequesterRoles } from "./edit-project.ts";
import { keepEnvironmentNames, keepName } from "./keep-name.ts";
import { type ProjectSnapshot, projectSubject, raiseVersion, readSnapshot } from "./project-snapshot.ts";
import { recordRefusedGuard } from "./record-refused-guard.ts";
import { writePipeline } from "./save-pipeline.ts";

export type PutProject = {
  token: ApiToken;
  slug: string;
  /** The slug that the project had before a rename. */
  previousSlug?: string | undefined;
  name: string;
  /** In order, first to last. Environments that are left out are archived. R1: `stateCritical` decides what is unstated. */
  pipeline: readonly WantedEnvironment[];
  /** R14: roles by name; undefined keeps the stored ones. */
  requesterRoles: readonly string[] | undefined;
};

/** `slug`: the project's current slug, which is not the given one if that is a former slug. */
export type PutProjectResult = { created: boolean; version: number; slug: string };

type Ids = { organizationId: string; projectId: string };

/**
 * Creates, restores, renames or changes the project with this slug. Repeating the call changes nothing. It takes no
 * version: the last call wins. R1: it never lowers a guard.
 *
 * @returns whether the project was created or restored, its version, and its slug
 *
 * Refuses `token-scope`, `token-project`, `name-unusable`, `name-taken`, `too-few-environments`,
 * `too-many-environments`, `request-in-the-way`, `not-found` (a role, or the subject of a rename), `guard-lowered`.
 */
export async function putProject(context: Context, input: PutProject): Promise<Result<PutProjectResult>> {
  const { token } = input;
  return recordRefusedGuard(context, token, await applyProject(context, input), async (tx) => {
    const resolved = resolveSlug(await listAllProjects(tx, token.organizationId), input, "project");
    if (!resolved.ok || resolved.value.item === null) return undefined;
    const { id, name } = resolved.value.item;
    return { subject: projectSubject(id), name, projectId: id };
  });
}

function applyProject(context: Context, input: PutProject): Promise<Result<PutProjectResult>> {
  const { token } = input;
  const { organizationId } = token;
  return commit<PutProjectResult>(context, async (tx, now) => {
    await lockProjectNames(tx, organizationId);
    const resolved = resolveAllowed(await listAllProjects(tx, organizationId), input);
    if (!resolved.ok) return resolved;
    const { item: existing, slug } = resolved.value;
    const ids = { organizationId, projectId: existing?.id ?? randomUUID() };
    const subject = projectSubject(ids.projectId);
    const name = await keepName(tx, { organizationId, subject }, existing, input, slug);
    const named = await checkProjectNames(tx, organizationId, { id: ids.projectId, name, slug });
    if (!named.ok) return named;
    const locked = existing && (await lockProject(tx, organizationId, existing.id));
    const before = locked == null ? null : await readSnapshot(tx, locked);
    const written = await writeProject(tx, { ...input, name, slug }, ids, existing, now);
    if (!written.ok) return written;
    const after = await raiseVersion(tx, ids, before);
    const by = { organizationId, actor: actorOf(token), surface: "api" as const };
    await recordProject(tx, by, { at: now, subject, before, after });
    return accept({ created: before === null || before.archived, version: after.version, slug });
  });
}

/**
 * Returns the project that the call means. What the token may do is checked first: a token for one project does not learn
 * which others exist.
 */
function resolveAllowed(
  projects: readonly KnownProject[],
  input: PutProject,
): Result<ResolvedSlug<KnownProject>> {
  const resolved = resolveSlug(projects, input, "project");
  const projectId = resolved.ok ? (resolved.value.item?.id ?? null) : null;
  const allowed = mayUse(input.token, "catalog:write", projectId);
  return allowed.ok ? resolved : allowed;
}

/** R12: appends the change to the audit log, unless nothing changed. */
async function recordProject(
  tx: Tx,
  by: By,
  change: { at: Date; subject: string; before: ProjectSnapshot | null; after: ProjectSnapshot },
): Promise<void> {
  const { before, after } = change;
  if (isDeepStrictEqual(before, after)) return;
  await recordSetting(tx, { ...by, ...change, action: actionOf(before) });
}

function actionOf(before: ProjectSnapshot | null): string {
  if (before === null) return "project.created";
  return before.archived ? "project.restored" : "project.saved";
}

async function writeProject(
  tx: Tx,
  { slug, name, ...input }: PutProject,
  ids: Ids,
  existing: KnownProject | null,
  now: Date,
): Promise<Result<null>> {
  const { organizationId, projectId } = ids;
  const requesterGuard = existing === null ? [] : await readRequesterGuard(tx, existing);
  await upsertProject(tx, { organizationId, id: projectId, slug, name });
  const environments = await listAllEnvironments(tx, organizationId, projectId);
  const planned = planPipeline(environments, input.pipeline, randomUUID);
  if (!planned.ok) return planned;
  const pipeline = await keepEnvironmentNames(tx, ids, environments, planned.value, input.pipeline);
  const written = await writePipeline(tx, ids, pipeline, now);
  if (!written.ok) return written;
  const saved = await writeRequesterRoles(tx, ids, input.requesterRoles);
  if (!saved.ok) return saved;
  return checkProjectGuards(tx, ids, { environments, requesterGuard }, pipeline);
}

/** R1: refuses `guard-lowered` if the pipeline or the stored requester roles lower a guard. */
async function checkProjectGuards(
  tx: Tx,
  { organizationId, projectId }: Ids,
  before: {
    environments: readonly StoredEnvironment[];
    requesterGuard: readonly { id: string; name: string }[];
  },
  pipeline: readonly Environment[],
): Promise<Result<null>> {
  const workflow = await workflows.current(tx, organizationId);
  const requesters = await listRequesterRoles(tx, organizationId, projectId);
  return checkGuards(tx, organizationId, [
    ...loweredInPipeline(before.environments, pipeline, workflow),
    ...loweredRequesters(before.requesterGuard, requesters),
  ]);
}

async function writeRequesterRoles(
  tx: Tx,
  ids: Ids,
  names: readonly string[] | undefined,
): Promise<Result<null>> {
  if (names === undefined) return accept(null);
  const idsByName = new Map((await roles.list(tx, ids.organizationId)).map(({ name, id }) => [name, id]));
  const roleIds = names.flatMap((name) => idsByName.get(name) ?? []);
  if (roleIds.length < names.length) return refuse({ code: "not-found", what: "role" });
  return saveRequesterRoles(tx, ids, roleIds);
}

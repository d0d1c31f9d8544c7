import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { listAllEnvironments } from "../../../db/catalog/environments.ts";
import {
  listAllProjects,
  lockProject,
  lockProjectNames,
  upsertProject,
} from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as roles from "../../../db/people/roles.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { checkProjectNames, saveRequesterRoles } from "./edit-project.ts";
import { type ProjectSnapshot, projectSubject, raiseVersion, readSnapshot } from "./project-snapshot.ts";
import { writePipeline } from "./save-pipeline.ts";

export type PutProject = {
  token: ApiToken;
  slug: string;
  name: string;
  /**
   * In order, first to last. Environments that are left out are archived. R1: an undefined `critical` keeps the stored
   * value, so that a catalog that does not mention it never removes a review.
   */
  pipeline: readonly { slug: string; name: string; critical: boolean | undefined }[];
  /** R14: roles by name; undefined keeps the stored ones. */
  requesterRoles: readonly string[] | undefined;
};

type Ids = { organizationId: string; projectId: string };

/**
 * Creates, restores or changes the project with this slug. Repeating the call changes nothing. It takes no version: the
 * last call wins.
 *
 * @returns whether the project was created or restored, and its version
 *
 * Refuses `token-scope`, `token-project`, `name-unusable`, `name-taken`, `too-few-environments`,
 * `too-many-environments`, `request-in-the-way`, `not-found` (a role).
 */
export function putProject(
  context: Context,
  input: PutProject,
): Promise<Result<{ created: boolean; version: number }>> {
  const { token, slug, name } = input;
  const { organizationId } = token;
  return commit<{ created: boolean; version: number }>(context, async (tx, now) => {
    await lockProjectNames(tx, organizationId);
    const existing = (await listAllProjects(tx, organizationId)).find((project) => project.slug === slug);
    const allowed = mayUse(token, "catalog:write", existing?.id ?? null);
    if (!allowed.ok) return allowed;
    const ids = { organizationId, projectId: existing?.id ?? randomUUID() };
    const named = await checkProjectNames(tx, organizationId, { id: ids.projectId, name, slug });
    if (!named.ok) return named;
    const locked = existing && (await lockProject(tx, organizationId, existing.id));
    const before = locked === undefined ? null : await readSnapshot(tx, locked);
    const written = await writeProject(tx, input, ids, now);
    if (!written.ok) return written;
    const after = await raiseVersion(tx, ids, before);
    if (!isDeepStrictEqual(before, after)) {
      await recordSetting(tx, {
        ...{ organizationId, actor: actorOf(token), surface: "api", at: now },
        ...{ action: actionOf(before), subject: projectSubject(ids.projectId), before, after },
      });
    }
    return accept({ created: before === null || before.archived, version: after.version });
  });
}

function actionOf(before: ProjectSnapshot | null): string {
  if (before === null) return "project.created";
  return before.archived ? "project.restored" : "project.saved";
}

async function writeProject(tx: Tx, input: PutProject, ids: Ids, now: Date): Promise<Result<null>> {
  const { organizationId, projectId } = ids;
  const { name, slug } = input;
  await upsertProject(tx, { organizationId, id: projectId, slug, name });
  const existing = await listAllEnvironments(tx, organizationId, projectId);
  const isCritical = (slug: string) =>
    existing.find((environment) => environment.slug === slug)?.critical ?? false;
  const pipeline = input.pipeline.map(({ slug, name, critical }, position) => {
    return { id: randomUUID(), slug, name, position, critical: critical ?? isCritical(slug) };
  });
  const written = await writePipeline(tx, ids, pipeline, now);
  if (!written.ok) return written;
  return writeRequesterRoles(tx, ids, input.requesterRoles);
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

import { randomUUID } from "node:crypto";
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
import { namesakeOf, readSnapshot, recordProject, saveRequesters } from "./edit-project.ts";
import { writePipeline } from "./save-pipeline.ts";

export type PutProject = {
  token: ApiToken;
  slug: string;
  name: string;
  /**
   * In order, first to last. Environments that are left out are archived. R1: whether one is critical stays as it is where
   * nothing is said of it, so that no catalog opens a gate by saying nothing.
   */
  pipeline: readonly { slug: string; name: string; critical: boolean | undefined }[];
  /** R14: roles by name; undefined leaves them as they are. */
  requesterRoles: readonly string[] | undefined;
};

/**
 * Brings the project of this slug to what is said, whatever it was: new, archived or other. The same again changes
 * nothing. It asks for no version: what a pipeline says is how it is to be.
 *
 * Refuses `token-scope`, `token-project`, `name-taken`, `too-few-environments`, `too-many-environments`,
 * `request-in-the-way`, `not-found` (a role).
 */
export function putProject(
  context: Context,
  input: PutProject,
): Promise<Result<{ created: boolean; version: number }>> {
  const { token, slug, name } = input;
  const { organizationId } = token;
  return commit<{ created: boolean; version: number }>(context, async (tx, now) => {
    await lockProjectNames(tx, organizationId);
    const known = (await listAllProjects(tx, organizationId)).find((one) => one.slug === slug);
    const allowed = mayUse(token, "catalog:write", known?.id ?? null);
    if (!allowed.ok) return allowed;
    const projectId = known?.id ?? randomUUID();
    const taken = await namesakeOf(tx, organizationId, { id: projectId, name, slug });
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken.name });
    const current = known && (await lockProject(tx, organizationId, known.id));
    const before = current === undefined ? null : await readSnapshot(tx, current);
    await upsertProject(tx, { organizationId, id: projectId, slug, name });
    const environments = await listAllEnvironments(tx, organizationId, projectId);
    const isCritical = (wanted: string) =>
      environments.find(({ slug }) => slug === wanted)?.critical ?? false;
    const wanted = input.pipeline.map((one, position) => {
      return { ...one, id: randomUUID(), position, critical: one.critical ?? isCritical(one.slug) };
    });
    const written = await writePipeline(tx, { organizationId, projectId }, wanted, now);
    if (!written.ok) return written;
    const requesters = await putRequesters(tx, { organizationId, projectId }, input.requesterRoles);
    if (!requesters.ok) return requesters;
    const action =
      before === null ? "project.created" : before.archived ? "project.restored" : "project.saved";
    const by = { organizationId, projectId, actor: actorOf(token), surface: "api" as const };
    const version = await recordProject(tx, by, action, now, before);
    return accept({ created: before === null || before.archived, version });
  });
}

async function putRequesters(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  names: readonly string[] | undefined,
): Promise<Result<null>> {
  if (names === undefined) return accept(null);
  const known = new Map((await roles.list(tx, organizationId)).map(({ name, id }) => [name, id]));
  const ids = names.flatMap((name) => known.get(name) ?? []);
  if (ids.length < names.length) return refuse({ code: "not-found", what: "role" });
  return saveRequesters(tx, organizationId, projectId, ids);
}

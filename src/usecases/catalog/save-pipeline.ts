import {
  listAllEnvironments,
  listEnvironments,
  upsertEnvironment,
} from "../../../db/catalog/environments.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { listOpenIn } from "../../../db/requests/requests-list.ts";
import { checkPipeline, reuseEnvironments } from "../../domain/catalog/catalog.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import { accept, type Result } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject } from "./edit-project.ts";

export type SavePipeline = EditProject & {
  /** Makes the new pipeline, in order, of the one that there is. */
  pipeline: (current: Environment[]) => Environment[];
};

/**
 * Sets a project's environments, in order. Those that are left out are archived: history keeps them, and one of the same
 * short name that comes later is the same again.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-taken`, `too-few-environments`, `too-many-environments`,
 * `request-in-the-way`.
 */
export function savePipeline(context: Context, input: SavePipeline): Promise<Result<{ version: number }>> {
  const { organizationId, projectId } = input;
  return editProject(context, input, "pipeline.saved", async (tx, now) => {
    const current = await listEnvironments(tx, organizationId, projectId);
    return writePipeline(tx, input, input.pipeline(current), now);
  });
}

/** Stores a pipeline under its project's lock, if it may become so. */
export async function writePipeline(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  wanted: readonly Environment[],
  now: Date,
): Promise<Result<null>> {
  const known = await listAllEnvironments(tx, organizationId, projectId);
  const open = await listOpenIn(tx, organizationId, { projectId }, now);
  const recognized = reuseEnvironments(
    wanted.map((one, position) => ({ ...one, position })),
    known,
  );
  if (!recognized.ok) return recognized;
  const next = recognized.value;
  const checked = checkPipeline(next, open);
  if (!checked.ok) return checked;
  for (const gone of known.filter(({ id, archived }) => !archived && !next.some((one) => one.id === id))) {
    await upsertEnvironment(tx, organizationId, projectId, gone, now);
  }
  for (const environment of next) await upsertEnvironment(tx, organizationId, projectId, environment);
  return accept(null);
}

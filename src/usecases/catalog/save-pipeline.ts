import { listAllEnvironments, listEnvironments, replacePipeline } from "../../../db/catalog/environments.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { listOpenIn } from "../../../db/requests/open-requests.ts";
import { checkPipeline, reuseEnvironments } from "../../domain/catalog/catalog.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import { checkName } from "../../domain/shared/check-name.ts";
import { accept, type Result } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject } from "./edit-project.ts";

export type SavePipeline = EditProject & {
  /** Returns the new pipeline, in order, given the current one. */
  pipeline: (current: Environment[]) => Environment[];
};

/**
 * Sets a project's environments, in order. Archives those that are left out: they keep their history, and adding their
 * slug again restores them. Returns the project's version.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-unusable`, `name-taken`, `too-few-environments`,
 * `too-many-environments`, `request-in-the-way`.
 */
export function savePipeline(context: Context, input: SavePipeline): Promise<Result<{ version: number }>> {
  const { organizationId, projectId } = input;
  return editProject(context, input, "pipeline.saved", async (tx, now) => {
    const current = await listEnvironments(tx, organizationId, projectId);
    return writePipeline(tx, input, input.pipeline(current), now);
  });
}

const checkEnvironmentName = ({ id, name }: Environment, existing: readonly Environment[]): Result<null> =>
  checkName("environment", name, existing.find((environment) => environment.id === id)?.name);

/**
 * Stores a project's pipeline; the project must be locked.
 *
 * Refuses `name-unusable`, `name-taken`, `too-few-environments`, `too-many-environments`, `request-in-the-way`.
 */
export async function writePipeline(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  wanted: readonly Environment[],
  now: Date,
): Promise<Result<null>> {
  const existing = await listAllEnvironments(tx, organizationId, projectId);
  const open = await listOpenIn(tx, organizationId, { projectId }, now);
  const recognized = reuseEnvironments(
    wanted.map((environment, position) => ({ ...environment, position })),
    existing,
  );
  if (!recognized.ok) return recognized;
  const next = recognized.value;
  const unusable = next.map((wanted) => checkEnvironmentName(wanted, existing)).find(({ ok }) => !ok);
  if (unusable !== undefined) return unusable;
  const checked = checkPipeline(next, open, existing);
  if (!checked.ok) return checked;
  await replacePipeline(tx, { organizationId, projectId }, existing, next, now);
  return accept(null);
}

import { wasReplaced } from "../../../db/audit/settings-history.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import type { StoredEnvironment, WantedEnvironment } from "../../domain/catalog/plan-pipeline.ts";
import { projectSubject } from "./project-snapshot.ts";

/**
 * Returns the name to store for a project or an integration. A catalog that still uses a former slug usually has the name
 * of that time too, and that does not rename the item back. Any other name is a new one.
 *
 * @param existing the item; null for a new one
 * @param said the slug and the name that the catalog gives
 * @param slug the slug that the item has after the change
 */
export async function keepName(
  tx: Tx,
  { organizationId, subject }: { organizationId: string; subject: string },
  existing: { name: string } | null,
  said: { slug: string; name: string },
  slug: string,
): Promise<string> {
  if (existing === null || said.slug === slug) return said.name;
  const { name } = said;
  const isOutdated = await wasReplaced(tx, organizationId, subject, { slug: said.slug, name });
  return isOutdated ? existing.name : name;
}

/** As `keepName`, for the environments of a planned pipeline. */
export async function keepEnvironmentNames(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  existing: readonly StoredEnvironment[],
  planned: readonly Environment[],
  wanted: readonly WantedEnvironment[],
): Promise<Environment[]> {
  const kept: Environment[] = [];
  for (const [i, environment] of planned.entries()) {
    const stored = existing.find(({ id }) => id === environment.id);
    const { slug = environment.slug, name = environment.name } = wanted[i] ?? {};
    const isOutdated =
      stored !== undefined &&
      slug !== environment.slug &&
      (await wasReplaced(tx, organizationId, projectSubject(projectId), {
        environments: [{ id: stored.id, slug, name }],
      }));
    kept.push(isOutdated ? { ...environment, name: stored.name } : environment);
  }
  return kept;
}

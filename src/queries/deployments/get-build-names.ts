import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";

/** A build's external ID and version. */
export type BuildName = { id: string; version: string };

/** Returns the external IDs and versions of these builds by our ID. Builds that don't exist are left out. */
export async function getBuildNames(
  db: Db,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, BuildName>> {
  const found = await builds.findMany(db, organizationId, ids);
  return new Map([...found].map(([id, { externalId, version }]) => [id, { id: externalId, version }]));
}

import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";

/** A build as whoever built it calls it. */
export type BuildName = { id: string; version: string };

/** What these builds are called where they were built, by our ids; unknown ones are left out. */
export async function getBuildNames(
  db: Db,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, BuildName>> {
  const known = await builds.findMany(db, organizationId, ids);
  return new Map([...known].map(([id, { externalId, version }]) => [id, { id: externalId, version }]));
}

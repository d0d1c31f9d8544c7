import type { Db } from "../../../db/connection/connect.ts";
import { listStandings, type Standing } from "../../../db/requests/requests-page.ts";

export type RequestStanding = Standing;

/** How far each of these requests is, by number, in one statement; there is nothing for a number that is not known. */
export function getRequestStandings(
  db: Db,
  organizationId: string,
  numbers: readonly number[],
): Promise<Map<number, RequestStanding>> {
  return listStandings(db, organizationId, numbers);
}

import type { Db } from "../../../db/connection/connect.ts";
import { listProgress, type RequestProgress } from "../../../db/requests/requests-page.ts";

export type { RequestProgress };

/** How far each of these requests is, by number, in one statement; there is nothing for a number that is not known. */
export function getRequestProgress(
  db: Db,
  organizationId: string,
  numbers: readonly number[],
): Promise<Map<number, RequestProgress>> {
  return listProgress(db, organizationId, numbers);
}

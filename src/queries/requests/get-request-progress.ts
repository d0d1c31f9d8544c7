import type { Db } from "../../../db/connection/connect.ts";
import { listProgress, type RequestProgress } from "../../../db/requests/requests-page.ts";

export type { RequestProgress };

/** Returns the progress of these requests by number, in one statement. Numbers that don't exist are left out. */
export function getRequestProgress(
  db: Db,
  organizationId: string,
  numbers: readonly number[],
): Promise<Map<number, RequestProgress>> {
  return listProgress(db, organizationId, numbers);
}

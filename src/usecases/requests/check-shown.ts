import type { Tx } from "../../../db/connection/connect.ts";
import { findPresent } from "../../../db/requests/bound-facts.ts";
import { checkShown as check, type Shown } from "../../domain/requests/shown.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";

/**
 * R7: checks that what a person used is of the request that has the number now, and shows its present bound facts.
 *
 * @param shown undefined on surfaces that show no request, such as the API
 * Refuses `not-found`, `unknown-card`, `request-changed`.
 */
export async function checkShown(
  tx: Tx,
  organizationId: string,
  number: number,
  shown: Shown | undefined,
): Promise<Result<null>> {
  if (shown === undefined) return accept(null);
  const present = await findPresent(tx, organizationId, number, shown.origin);
  if (present === undefined) return refuse({ code: "not-found", what: "request" });
  return check(number, shown, present);
}

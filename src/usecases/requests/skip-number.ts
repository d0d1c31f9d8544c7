import { raiseRequestCounter } from "../../../db/people/organizations.ts";
import type { Context } from "../shared/context.ts";

/**
 * Makes sure that no later request gets this number. Slack signed a click or a dialog with it, so a request had it before
 * the database was restored.
 */
export function skipNumber(context: Context, organizationId: string, number: number): Promise<void> {
  return raiseRequestCounter(context.db, organizationId, number);
}

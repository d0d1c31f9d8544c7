import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import { system } from "../../domain/shared/actor.ts";
import { redrawCards } from "../requests/record-change.ts";

/**
 * Makes an attempt's build live, unless an attempt that started later succeeded before, and plans the update of the cards
 * that show it. The requests that show it must be locked.
 *
 * @param except the number of the request whose cards are updated by a change of its own
 */
export async function moveLive(
  tx: Tx,
  attempt: deployments.Deployment,
  except: number | null,
  now: Date,
): Promise<void> {
  if (!(await deployments.makeLive(tx, attempt, now))) return;
  const { organizationId, integrationId, environmentId } = attempt;
  const around = await requests.bumpAround(tx, organizationId, integrationId, environmentId, except);
  await redrawCards(tx, organizationId, around, system("what is live changed"));
}

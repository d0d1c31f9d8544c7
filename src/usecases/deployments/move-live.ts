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
 * @returns whether it made the build live
 */
export async function moveLive(
  tx: Tx,
  attempt: deployments.Deployment,
  except: number | null,
  now: Date,
): Promise<boolean> {
  if (!(await deployments.makeLive(tx, attempt, now))) return false;
  await redrawAround(tx, attempt, except, "what is live changed");
  return true;
}

/** Plans the update of the cards of open requests from and to an attempt's environment, which must be locked. */
export async function redrawAround(
  tx: Tx,
  { organizationId, integrationId, environmentId }: deployments.Deployment,
  except: number | null,
  reason: string,
): Promise<void> {
  const around = await requests.bumpAround(tx, organizationId, integrationId, environmentId, except);
  await redrawCards(tx, organizationId, around, system(reason));
}

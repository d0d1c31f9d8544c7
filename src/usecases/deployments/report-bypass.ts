import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { listOpenOf } from "../../../db/requests/open-requests.ts";
import * as requests from "../../../db/requests/requests.ts";
import { bypassSubject } from "../../domain/deployments/bypass.ts";
import { system } from "../../domain/shared/actor.ts";
import { tellAdmins } from "../delivery/tell-admins.ts";
import { redrawCards } from "../requests/record-change.ts";

type MarkedDeployment = { organizationId: string; id: string; integrationId: string; buildId: string };

/**
 * Tells the admins about a deployment that bypassed the gate, whatever happens to it later, and plans the update of the
 * cards of open requests for its build. It takes the lock of the warnings, so it comes last in a transaction.
 */
export async function reportBypass(tx: Tx, deployment: MarkedDeployment, now: Date): Promise<void> {
  const { organizationId, id, integrationId, buildId } = deployment;
  const open = await listOpenOf(tx, organizationId, [integrationId]);
  const numbers = open.filter((request) => request.buildId === buildId).map(({ number }) => number);
  const raised = await requests.bumpOpen(tx, organizationId, numbers, true);
  await redrawCards(tx, organizationId, raised, system("the build was deployed outside approval"));
  await warnings.lock(tx, organizationId);
  await tellAdmins(tx, organizationId, [bypassSubject(id)], now);
}

import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { firstDeadline } from "../../domain/deployments/deployment.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import { judgeBypass } from "./judge-bypass.ts";
import { moveLive } from "./move-live.ts";
import { reportBypass } from "./report-bypass.ts";

type Success = {
  organizationId: string;
  actor: Actor;
  integrationId: string;
  environmentId: string;
  buildId: string;
  link: string | null;
};

/**
 * What was stored. `outside`: it bypassed the gate, and the admins are told. `baseline`: it is the first build that was
 * recorded in a guarded environment.
 */
export type StoredSuccess = { id: string; outside: boolean; baseline: boolean };

/**
 * Stores a deployment that an admin or a seed file records and that succeeded, and makes its build live. It is judged
 * against the gate (R1). The requests around it must be locked.
 */
export async function storeSuccess(
  tx: Tx,
  { organizationId, actor, integrationId, environmentId, buildId, link }: Success,
  now: Date,
): Promise<StoredSuccess> {
  const id = randomUUID();
  const deployment = { organizationId, id, integrationId, environmentId, buildId, startedAt: now };
  await deployments.lockLive(tx, deployment);
  const { outside, baseline } = await judgeBypass(tx, { ...deployment, recorded: true }, now);
  const origin = { requestNumber: null, startedBy: actor, deployer: null };
  await deployments.begin(tx, { ...deployment, ...origin, reportBy: firstDeadline(origin, now) });
  const attempt = await deployments.lock(tx, organizationId, id);
  if (attempt === undefined) throw new Error("The deployment was not stored");
  await deployments.report(tx, attempt, {
    ...{ status: "succeeded", reason: null, link, finishedAt: now, reportBy: null, outside },
  });
  await moveLive(tx, attempt, null, now);
  if (outside) await reportBypass(tx, deployment, now);
  return { id, outside, baseline };
}

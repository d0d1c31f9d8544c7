import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import type { Actor } from "../../domain/shared/actor.ts";
import { moveLive } from "./apply-deployment-report.ts";

type Success = {
  organizationId: string;
  actor: Actor;
  integrationId: string;
  environmentId: string;
  buildId: string;
  link: string | null;
};

/** Stores a deployment that no request started and that succeeded, makes its build live, and returns its id. */
export async function storeSuccess(
  tx: Tx,
  { organizationId, actor, integrationId, environmentId, buildId, link }: Success,
  now: Date,
): Promise<string> {
  const id = randomUUID();
  await deployments.begin(tx, {
    ...{ organizationId, id, integrationId, environmentId, buildId },
    ...{ requestNumber: null, startedBy: actor, startedAt: now },
  });
  const attempt = await deployments.lock(tx, organizationId, id);
  if (attempt === undefined) throw new Error("The deployment was not stored");
  await deployments.report(tx, attempt, { status: "succeeded", reason: null, link, finishedAt: now });
  await moveLive(tx, attempt, null, now);
  return id;
}

import { findEnder } from "../../../db/audit/attempt-ends.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import * as requests from "../../../db/requests/requests.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import { type AttemptEnding, endRunningAttempt } from "../../domain/requests/end-attempt.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { applyReport } from "../deployments/apply-deployment-report.ts";
import { type By, type Context, commit } from "../shared/context.ts";

export type EndAttempt = By & AttemptEnding & { number: number };

type Ended = { outcome: "ended" | "repeated" };

/**
 * R10: ends the attempt in progress of a request, which then counts as unknown: its deployment may still be running, and a
 * late report still counts. If the same person ended it already, returns `repeated` and changes nothing (R8).
 *
 * Refuses `not-found`, `no-attempt`, `not-ender`, `reason-required`, `text-too-long`.
 */
export async function endAttempt(context: Context, input: EndAttempt): Promise<Result<Ended>> {
  const { organizationId, number, actor, surface } = input;
  return commit<Ended>(context, async (tx, now) => {
    const request = await lockInOrder(tx, organizationId, number);
    if (request === undefined) return refuse({ code: "not-found", what: "request" });
    const facts = await members.findFacts(tx, organizationId, actingMember(actor) ?? "");
    const admin = facts !== undefined && isAdmin(facts);
    const ending = endRunningAttempt(request, actor, { admin }, input, now);
    if (!ending.ok) {
      return (await wasEndedBy(tx, request, actor, input)) ? accept({ outcome: "repeated" }) : ending;
    }
    const { deploymentId, reason } = ending.value;
    const applied = await applyReport(tx, now, {
      ...{ organizationId, deploymentId, actor, surface, link: null, byPerson: true },
      report: { status: "unknown", reason },
    });
    return applied.ok ? accept({ outcome: "ended" }) : applied;
  });
}

/** Locks the request, and before it those around it with lower numbers, as a report of its attempt does. */
async function lockInOrder(
  tx: Tx,
  organizationId: string,
  number: number,
): Promise<PromotionRequest | undefined> {
  const found = await requests.find(tx, organizationId, number);
  if (found === undefined) return undefined;
  await requests.lockAround(tx, organizationId, found.integrationId, found.targetId, number);
  return requests.lock(tx, organizationId, number);
}

/** R8: returns whether the last attempt is the one that the person means, and they ended it before. */
async function wasEndedBy(
  tx: Tx,
  { organizationId, state }: PromotionRequest,
  actor: Actor,
  { deploymentId }: AttemptEnding,
): Promise<boolean> {
  if (state.name !== "failed" || state.outcome !== "unknown") return false;
  if (deploymentId !== null && deploymentId !== state.deploymentId) return false;
  const ender = await findEnder(tx, organizationId, state.deploymentId);
  const isSame = ender !== null && actingMember(ender) === actingMember(actor);
  if (!isSame) return false;
  return (await deployments.find(tx, organizationId, state.deploymentId))?.status === "unknown";
}

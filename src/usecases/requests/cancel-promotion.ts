import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import { type CancellerFacts, cancel } from "../../domain/requests/cancel.ts";
import { requestEligibility, reviewEligibility } from "../../domain/requests/eligibility.ts";
import { namesAnotherMember, type PromotionRequest, requesters } from "../../domain/requests/request.ts";
import type { Shown } from "../../domain/requests/shown.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type By, type Context, commit } from "../shared/context.ts";
import { checkShown } from "./check-shown.ts";
import { expireIfDue } from "./expire-request.ts";
import { recordChange } from "./record-change.ts";

export type CancelPromotion = By & {
  number: number;
  reason: string;
  /** What the person saw; undefined on surfaces without buttons. */
  shown?: Shown;
  /** The member whom a token named says that they did not ask for it. */
  disowned?: boolean;
  /** Whether the actor was an admin when they confirmed it. It is carried out even if they no longer are. */
  confirmedAsAdmin?: boolean;
};

/**
 * R10: cancels a request. A member whom a token named may disown it instead (R5): then the reason says so. If the same
 * person cancelled it already, returns `repeated` and changes nothing (R8).
 *
 * Refuses `not-found`, `not-named`, `unknown-card`, `request-changed`, `not-cancellable`, `not-canceller`, `reason-required`,
 * `text-too-long`.
 */
export async function cancelPromotion(
  context: Context,
  input: CancelPromotion,
): Promise<Result<{ outcome: "cancelled" | "repeated" }>> {
  const { organizationId, number, actor, surface } = input;
  return commit<{ outcome: "cancelled" | "repeated" }>(context, async (tx, now) => {
    const locked = await requests.lock(tx, organizationId, number);
    if (locked === undefined) return refuse({ code: "not-found", what: "request" });
    const shown = await checkShown(tx, organizationId, number, input.shown);
    if (!shown.ok && shown.refusal.code === "unknown-card") return shown;
    const request = await expireIfDue(tx, locked, now);
    if (request.state.name === "cancelled" && actingMember(request.state.by) === actingMember(actor)) {
      return accept({ outcome: "repeated" });
    }
    const cancelled = await cancelledBy(tx, request, input, now);
    if (!cancelled.ok) return cancelled;
    if (!shown.ok) return shown;
    await requests.save(tx, cancelled.value);
    await recordChange(tx, request, cancelled.value, { event: "cancelled", actor, surface, at: now });
    return accept({ outcome: "cancelled" });
  });
}

/** Refuses `not-named`, and what `cancel` refuses. */
async function cancelledBy(
  tx: Tx,
  request: PromotionRequest,
  { actor, disowned = false, confirmedAsAdmin = false, reason }: CancelPromotion,
  now: Date,
): Promise<Result<PromotionRequest>> {
  const isNamed = namesAnotherMember(request) && actingMember(actor) === request.requesterId;
  if (disowned && !isNamed) return refuse({ code: "not-named", number: request.number });
  const current = await cancellerFacts(tx, request, actor);
  const facts = { ...current, admin: current.admin || confirmedAsAdmin };
  return cancel(request, actor, facts, disowned ? disownedReason : reason, now);
}

/** The reason that everyone reads who was asked. */
const disownedReason = "I did not ask for this.";

/** Returns what the rule needs to know of the actor and the requester. */
async function cancellerFacts(tx: Tx, request: PromotionRequest, actor: Actor): Promise<CancellerFacts> {
  const { organizationId, projectId } = request;
  const memberId = actingMember(actor) ?? "";
  const [workflow, facts, requester, integration] = await Promise.all([
    workflows.current(tx, organizationId),
    members.findFacts(tx, organizationId, memberId),
    members.find(tx, organizationId, request.requesterId),
    findIntegration(tx, organizationId, request.integrationId),
  ]);
  const reviewed = { projectId, requesters: requesters(request) };
  return {
    admin: facts !== undefined && isAdmin(facts),
    reviewer: facts !== undefined && reviewEligibility(facts, reviewed, workflow).eligible,
    mayRequest:
      facts !== undefined &&
      integration !== undefined &&
      requestEligibility(facts, integration.project).eligible,
    requesterDeactivated: requester?.status === "deactivated",
  };
}

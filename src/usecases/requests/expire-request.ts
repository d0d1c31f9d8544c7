import type { Tx } from "../../../db/connection/connect.ts";
import * as requests from "../../../db/requests/requests.ts";
import { move, type PromotionRequest, stateAt } from "../../domain/requests/request.ts";
import { system } from "../../domain/shared/actor.ts";
import { type Context, transact } from "../shared/context.ts";
import { recordChange } from "./record-change.ts";

/**
 * R11: writes down that a locked request has expired, if its time has run out. A use case that is then
 * refused takes it back with everything else: the rules ask `stateAt` by themselves, and the job writes it down.
 *
 * @returns the request as it stands now
 */
export async function expireIfDue(tx: Tx, request: PromotionRequest, now: Date): Promise<PromotionRequest> {
  const state = stateAt(request.state, now);
  if (state.name !== "expired" || request.state.name === "expired") return request;
  const expired = move(request, state);
  await requests.save(tx, expired);
  const actor = system("its time ran out");
  await recordChange(tx, request, expired, { event: "expired", actor, surface: "job", at: now });
  return expired;
}

/**
 * R11: the scheduled job. Expires what is overdue, one request a transaction, at most so many. Answers how many.
 *
 * Throws at the end what went wrong with some: they do not keep the others waiting, and come again at the next run.
 */
export async function expireOverdue(context: Context, limit = 500): Promise<number> {
  const overdue = await requests.listOverdue(context.db, context.now(), limit);
  const faults: unknown[] = [];
  for (const { organizationId, number } of overdue) {
    try {
      await transact(context, async (tx, now) => {
        const request = await requests.lock(tx, organizationId, number);
        if (request !== undefined) await expireIfDue(tx, request, now);
      });
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, `${faults.length} requests could not be expired`);
  return overdue.length;
}

import type { Tx } from "../../../db/connection/connect.ts";
import * as requests from "../../../db/requests/requests.ts";
import { move, type PromotionRequest, stateAt } from "../../domain/requests/request.ts";
import { system } from "../../domain/shared/actor.ts";
import { type Context, transact } from "../shared/context.ts";
import { recordChange } from "./record-change.ts";

/**
 * R11: stores that a locked request has expired, if it is overdue. If the use case refuses afterwards, its rollback undoes
 * that, and the job stores it later: the rules check the time themselves.
 *
 * @returns the current request
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
 * R11: the scheduled job. Expires overdue requests, each in its own transaction.
 *
 * @param limit the most requests to expire in one run
 * @returns how many overdue requests it found
 * @throws AggregateError after the last one, if some failed; the next run retries them
 */
export async function expireOverdue(context: Context, limit = 500): Promise<number> {
  const overdue = await requests.listOverdue(context.db, context.now(), limit);
  const errors: unknown[] = [];
  for (const { organizationId, number } of overdue) {
    try {
      await transact(context, async (tx, now) => {
        const request = await requests.lock(tx, organizationId, number);
        if (request !== undefined) await expireIfDue(tx, request, now);
      });
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw new AggregateError(errors, `Could not expire ${errors.length} of ${overdue.length} requests`);
  }
  return overdue.length;
}

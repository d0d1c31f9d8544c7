import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { addItems, type ItemToAdd } from "../../outbox/add-items.ts";

export type Change = {
  event: RequestEvent;
  actor: Actor;
  surface: Surface;
  at: Date;
  facts?: object;
  /** Who pressed Promote, if an attempt ended. */
  promoterId?: MemberId;
};

/**
 * Appends a request's change to the audit log (R12) and adds one outbox item, however many people must be notified.
 *
 * @param before null for a new request
 */
export async function recordChange(
  tx: Tx,
  before: PromotionRequest | null,
  after: PromotionRequest,
  change: Change,
): Promise<void> {
  const { entry, item } = recordsOf(before, after, change);
  await Promise.all([audit.append(tx, [entry]), addItems(tx, [item])]);
}

/** Returns the audit entry and the outbox item of a request's change. @param before null for a new request */
export function recordsOf(
  before: PromotionRequest | null,
  after: PromotionRequest,
  change: Change,
): { entry: audit.AuditEntry; item: ItemToAdd<"request-changed"> } {
  const { organizationId, number, version } = after;
  const { event, actor, surface, at, promoterId } = change;
  return {
    entry: {
      ...{ organizationId, at, actor, surface },
      action: `request.${event}`,
      subject: `request:${number}`,
      before: before && snapshot(before),
      after: { ...snapshot(after), ...change.facts },
    },
    item: {
      organizationId,
      kind: "request-changed",
      payload: {
        ...{ number, version, event, by: actor, change: randomUUID() },
        ...(promoterId !== undefined && { promoterId }),
      },
    },
  };
}

/**
 * Plans the update of the cards of requests whose version was raised because something that they show changed. It yields
 * to items that people wait for.
 */
export async function redrawCards(
  tx: Tx,
  organizationId: string,
  raised: readonly { number: number; version: number }[],
  by: Actor,
): Promise<void> {
  await addItems(
    tx,
    raised.map(({ number, version }) => {
      const payload = { number, version, event: "changed" as const, by };
      return { organizationId, kind: "request-changed", payload, priority: 1 };
    }),
  );
}

/** Returns what the audit log keeps of a request: what can change, and for a new one also what was requested. */
function snapshot(request: PromotionRequest): object {
  const { version, approvals, decision, state } = request;
  const requested =
    version === 1
      ? {
          integrationId: request.integrationId,
          sourceId: request.sourceId,
          targetId: request.targetId,
          buildId: request.buildId,
          requesterId: request.requesterId,
          message: request.message,
        }
      : {};
  return { version, approvals, decision, state, ...requested };
}

import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { addItems, type ItemToAdd } from "../../outbox/add-items.ts";

export type Change = { event: RequestEvent; actor: Actor; surface: Surface; at: Date; facts?: object };

/**
 * Appends a request's change to the audit log and adds one item to the outbox, however many people will be told (R12).
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

/** What a request's change leaves behind: an entry of the audit log and an item of the outbox. */
export function recordsOf(
  before: PromotionRequest | null,
  after: PromotionRequest,
  change: Change,
): { entry: audit.AuditEntry; item: ItemToAdd<"request-changed"> } {
  const { organizationId, number, version } = after;
  const { event, actor, surface, at } = change;
  return {
    entry: {
      ...{ organizationId, at, actor, surface },
      action: `request.${event}`,
      subject: `request:${number}`,
      before: before && summary(before),
      after: { ...summary(after), ...change.facts },
    },
    item: { organizationId, kind: "request-changed", payload: { number, version, event, by: actor } },
  };
}

/** Has the cards of requests drawn again whose version was raised because something around them changed. */
export async function redrawCards(
  tx: Tx,
  organizationId: string,
  bumped: readonly { number: number; version: number }[],
  by: Actor,
): Promise<void> {
  await addItems(
    tx,
    bumped.map(({ number, version }) => {
      const payload = { number, version, event: "changed" as const, by };
      return { organizationId, kind: "request-changed", payload, priority: 1 };
    }),
  );
}

/** What of a request can change; a new one also says what it asks for. */
function summary(request: PromotionRequest): object {
  const { version, approvals, decision, state } = request;
  const asked =
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
  return { version, approvals, decision, state, ...asked };
}

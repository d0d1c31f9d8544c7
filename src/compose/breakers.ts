import { createGate, type Gate } from "../deliver/circuit-breaker.ts";
import type { FarEnd } from "../domain/delivery/outages.ts";
import type { Log } from "../lib/log.ts";
import { getStop } from "../queries/delivery/get-outage.ts";
import type { SlackClients } from "../slack/client/clients.ts";
import { stopSending } from "../usecases/delivery/pause-sending.ts";
import { resumeSending, tryAgain } from "../usecases/delivery/resume-sending.ts";
import { takeProbe } from "../usecases/delivery/take-probe.ts";
import type { Context } from "../usecases/shared/context.ts";

/** What stands before the far ends: nothing is tried at one that refuses us. */
export type Gates = Record<FarEnd, Gate>;

/** The kinds of items that need Slack's token. */
export const slackKinds = [
  ...["draw-card", "send-message", "send-admin-message", "remove-message", "draw-home"],
  ...["refresh-member", "sync-group", "read-people", "read-groups"],
];

export function createGates(context: Context, clients: Pick<SlackClients, "people">, log: Log): Gates {
  const gate = (farEnd: FarEnd, ask?: () => Promise<boolean>) =>
    createGate({
      ...{ farEnd, log, now: context.now },
      readStop: (organizationId) => getStop(context.db, organizationId, farEnd),
      stop: (organizationId, reason) => stopSending(context, organizationId, farEnd, reason),
      resume: (organizationId) => resumeSending(context, organizationId, farEnd),
      takeProbe: (organizationId, slot) => takeProbe(context, organizationId, farEnd, slot),
      ...(ask && { ask }),
    });
  return { slack: gate("slack", () => acceptsToken(clients)), email: gate("email") };
}

/** Where Slack cannot be reached it stays unknown, and is asked again later. */
function acceptsToken({ people }: Pick<SlackClients, "people">): Promise<boolean> {
  return people.auth.test().then(
    () => true,
    () => false,
  );
}

/** After a start: Slack has just accepted the token, and Resend's key may be another. */
export async function openGates(context: Context, organizationId: string): Promise<void> {
  await resumeSending(context, organizationId, "slack");
  await tryAgain(context, organizationId, "email");
}

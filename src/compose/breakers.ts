import { type CircuitBreaker, createCircuitBreaker } from "../deliver/circuit-breaker.ts";
import type { Provider } from "../domain/delivery/outages.ts";
import type { Log } from "../lib/log.ts";
import { getOutage } from "../queries/delivery/get-outage.ts";
import type { SlackClients } from "../slack/client/clients.ts";
import { pauseSending } from "../usecases/delivery/pause-sending.ts";
import { resumeSending, tryAgain } from "../usecases/delivery/resume-sending.ts";
import { takeProbe } from "../usecases/delivery/take-probe.ts";
import type { Context } from "../usecases/shared/context.ts";

/** What stands before the far ends: nothing is tried at one that refuses us. */
export type Breakers = Record<Provider, CircuitBreaker>;

/** The kinds of items that need Slack's token. */
export const slackKinds = [
  ...["draw-card", "send-message", "send-admin-message", "remove-message", "draw-home"],
  ...["refresh-member", "sync-group", "read-people", "read-groups"],
];

export function createBreakers(context: Context, clients: Pick<SlackClients, "people">, log: Log): Breakers {
  const breaker = (provider: Provider, ask?: () => Promise<boolean>) =>
    createCircuitBreaker({
      ...{ provider, log, now: context.now },
      readStop: (organizationId) => getOutage(context.db, organizationId, provider),
      stop: (organizationId, reason) => pauseSending(context, organizationId, provider, reason),
      resume: (organizationId) => resumeSending(context, organizationId, provider),
      takeProbe: (organizationId, slot) => takeProbe(context, organizationId, provider, slot),
      ...(ask && { ask }),
    });
  return { slack: breaker("slack", () => acceptsToken(clients)), email: breaker("email") };
}

/** Where Slack cannot be reached it stays unknown, and is asked again later. */
function acceptsToken({ people }: Pick<SlackClients, "people">): Promise<boolean> {
  return people.auth.test().then(
    () => true,
    () => false,
  );
}

/** After a start: Slack has just accepted the token, and Resend's key may be another. */
export async function closeBreakers(context: Context, organizationId: string): Promise<void> {
  await resumeSending(context, organizationId, "slack");
  await tryAgain(context, organizationId, "email");
}

import { type CircuitBreaker, createCircuitBreaker } from "../deliver/circuit-breaker.ts";
import type { Provider } from "../domain/delivery/outages.ts";
import type { Log } from "../lib/log.ts";
import type { SlackClients } from "../slack/client/clients.ts";
import { retryDeniedCalls } from "../usecases/delivery/deny-call.ts";
import { resumeSending, tryAgain } from "../usecases/delivery/resume-sending.ts";
import type { Context } from "../usecases/shared/context.ts";

/** One circuit breaker for each provider. */
export type Breakers = Record<Provider, CircuitBreaker>;

export function createBreakers(
  context: Context,
  clients: Pick<SlackClients, "people">,
  log: Pick<Log, "info" | "error">,
): Breakers {
  return {
    slack: createCircuitBreaker({ context, provider: "slack", log, ask: () => acceptsToken(clients) }),
    email: createCircuitBreaker({ context, provider: "email", log }),
  };
}

/** Whether Slack accepts the token. False if Slack cannot be reached, so that it is asked again later. */
function acceptsToken({ people }: Pick<SlackClients, "people">): Promise<boolean> {
  return people.auth.test().then(
    () => true,
    () => false,
  );
}

/** Resumes sending after a start: Slack has just accepted the token, and Resend's key may have been replaced. */
export async function closeBreakers(context: Context, organizationId: string): Promise<void> {
  await resumeSending(context, organizationId, "slack");
  await tryAgain(context, organizationId, "email");
  await retryDeniedCalls(context, organizationId);
}

import type { FetchFunction, WebClient, WebClientOptions } from "@slack/web-api";
import type { Log } from "../../lib/log.ts";
import { slackLogger } from "./logger.ts";
import { rateBudget } from "./rate-budget.ts";
import { MethodAwareWebClient } from "./web-client.ts";

/**
 * The Web API clients of one workspace. Those of the outbox share one rate budget. Those that answer a person have
 * budgets of their own, so that a rate limit of the outbox does not delay them.
 */
export type SlackClients = {
  /** chat.*, conversations.*: what the outbox sends. The outbox retries, so the client does not. */
  messages: WebClient;
  /** views.*: answers to a person, whose trigger is valid for 3 seconds. */
  views: WebClient;
  /** views.publish: the Homes that the outbox draws, without a trigger. */
  homes: WebClient;
  /** users.*, auth.test: also called during a click, so it has a short timeout. */
  people: WebClient;
  /** users.list, usergroups.*: what the outbox reads, while nobody waits. */
  directory: WebClient;
};

type SlackClientSettings = {
  token: string;
  /** The base URL of the Web API, if it is not Slack's. */
  apiUrl?: string | undefined;
  log: Log;
  /** Called with the method whenever Slack answers 429. */
  onRateLimited?: ((method: string) => void) | undefined;
  /** Called with the method whenever Slack accepted a call. */
  onAccepted?: ((method: string) => void) | undefined;
};

/**
 * Returns the clients. A rate-limited call throws `WebAPIRateLimitedError` with `retryAfter` in seconds, and a call that
 * times out throws `WebAPIRequestError`. No call is repeated: chat.postMessage has no idempotency key, so a client that
 * repeats it posts twice. After a 429, rate-budget.ts holds back the calls of that method.
 */
export function slackClients(settings: SlackClientSettings): SlackClients {
  const { token, apiUrl, log, onRateLimited, onAccepted } = settings;
  const client = (timeout: number, budget: FetchFunction): WebClient =>
    new MethodAwareWebClient(
      token,
      { ...clientOptions({ apiUrl, log, timeout }), fetch: budget },
      onAccepted,
    );
  const outbox = rateBudget({ onRateLimited });
  return {
    messages: client(10_000, outbox),
    views: client(2_000, rateBudget({ onRateLimited })),
    homes: client(10_000, outbox),
    people: client(2_500, rateBudget({ onRateLimited })),
    directory: client(10_000, outbox),
  };
}

/**
 * Returns new options for one client, because clients write into the options they are given. `headers` must not be one
 * of them: the client adds its Authorization to that shared object.
 *
 * @param timeout in milliseconds
 */
export function clientOptions(settings: {
  apiUrl?: string | undefined;
  log: Log;
  timeout: number;
}): WebClientOptions {
  return {
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: settings.timeout,
    allowAbsoluteUrls: false,
    logger: slackLogger(settings.log),
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
  };
}

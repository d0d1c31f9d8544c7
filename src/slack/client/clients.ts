import { type FetchFunction, WebClient, type WebClientOptions } from "@slack/web-api";
import type { Log } from "../../lib/log.ts";
import { slackLogger } from "./logger.ts";
import { rateBudget } from "./rate-budget.ts";

/**
 * One workspace's ways into Slack's Web API. Those of the outbox share one rate budget. Those that answer a person have
 * budgets of their own: what the outbox was refused does not hold them up.
 */
export type SlackClients = {
  /** chat.*, conversations.*: what the outbox sends. It retries by itself, so the client does not. */
  messages: WebClient;
  /** views.*: what answers a person within their trigger's 3 seconds. */
  views: WebClient;
  /** views.publish: the Homes that the outbox draws, with nobody's trigger running out. */
  homes: WebClient;
  /** users.*, auth.test: also asked at a click, so it gives up within one. */
  people: WebClient;
  /** users.list, usergroups.*: what the outbox reads, with nobody waiting. */
  directory: WebClient;
};

type SlackClientSettings = {
  token: string;
  /** Another Web API base; Slack's own without it. */
  apiUrl?: string | undefined;
  log: Log;
  /** Called with the method whenever Slack answers 429. */
  onRateLimited?: ((method: string) => void) | undefined;
};

/**
 * Makes the clients. A call that is rate-limited throws `WebAPIRateLimitedError` (with `retryAfter`, in seconds) at
 * once, one without an answer in time throws `WebAPIRequestError`, and none is repeated: chat.postMessage knows no
 * idempotency key, so a client that repeats it posts twice. After a 429 the calls of that method do not go out before
 * their time, see rate-budget.ts.
 */
export function slackClients({ token, apiUrl, log, onRateLimited }: SlackClientSettings): SlackClients {
  const client = (timeout: number, budget: FetchFunction) =>
    new WebClient(token, { ...clientOptions({ apiUrl, log, timeout }), fetch: budget });
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
 * A client's options, made anew for each: the clients write into what they are given.
 * `headers` must stay away from here: the client adds its Authorization to that shared object.
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

import type { FetchFunction } from "@slack/web-api";

/** The wait if Slack does not say how long, in milliseconds. */
const defaultWaitMs = 30_000;

/** How far apart the held calls are told to come back, and how late the last one is at most, in milliseconds. */
const spacingMs = 50;
const maxSpacingMs = 5_000;

/** The pause of a method: its end on the clock of `now`, and how many of its calls were held back. */
type Pause = { until: number; heldCalls: number };

type RateBudgetOptions = {
  /** Called with the method when Slack answers 429, but not for the calls that are held back after it. */
  onRateLimited?: ((method: string) => void) | undefined;
  /** A monotonic clock, in milliseconds. */
  now?: () => number;
  fetch?: FetchFunction;
};

/**
 * Returns a `fetch` for the clients of one workspace that keeps to Slack's rate limits, method by method. After a 429, no
 * call of that method goes out until Retry-After has passed. A call before that gets a 429 with the rest of the wait,
 * which grows a little with each call, so that the calls do not come back together. Other methods are not affected.
 *
 * No call is delayed in advance: Slack accepts short bursts and does not publish their size.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export function rateBudget({
  onRateLimited,
  now = () => performance.now(),
  fetch: send = fetch,
}: RateBudgetOptions = {}): FetchFunction {
  const pauses = new Map<string, Pause>();
  return async (url, init) => {
    const method = methodOf(url);
    const pause = pauses.get(method);
    if (pause !== undefined && now() < pause.until) return holdBack(pause, now());
    const response = await send(url, init);
    if (response.status !== 429) return response;
    onRateLimited?.(method);
    const until = now() + retryAfterMs(response);
    const current = pauses.get(method);
    // If several calls get a 429 at the same time, the longest wait counts.
    if (current !== undefined && now() < current.until) current.until = Math.max(current.until, until);
    else pauses.set(method, { until, heldCalls: 0 });
    return tooManyRequests(Math.ceil((until - now()) / 1000));
  };
}

function holdBack(pause: Pause, at: number): Response {
  const backAt = pause.until + Math.min(pause.heldCalls * spacingMs, maxSpacingMs);
  pause.heldCalls += 1;
  return tooManyRequests(Math.ceil((backAt - at) / 1000));
}

/** Slack and its client count in whole seconds. */
const tooManyRequests = (seconds: number): Response =>
  new Response(null, { status: 429, headers: { "retry-after": String(Math.max(1, seconds)) } });

function retryAfterMs(response: Pick<Awaited<ReturnType<FetchFunction>>, "headers">): number {
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  return Number.isNaN(seconds) ? defaultWaitMs : Math.max(1, seconds) * 1000;
}

/** Returns `chat.postMessage` for https://slack.com/api/chat.postMessage. */
function methodOf(url: Parameters<FetchFunction>[0]): string {
  const { pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
}

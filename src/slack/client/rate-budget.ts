import type { FetchFunction } from "@slack/web-api";

/** What is waited where Slack does not say how long, in milliseconds. */
const unsaidMs = 30_000;

/** How far apart the calls that a pause held back are told to come again, in milliseconds, and how much later at most. */
const spacingMs = 50;
const latestMs = 5_000;

/** Until when a method is paused, on the clock of `now`, and how many of its calls were held back since. */
type Pause = { until: number; held: number };

type RateBudgetOptions = {
  /** Called with the method whenever Slack answers 429; not for the calls that are held back after it. */
  onRateLimited?: ((method: string) => void) | undefined;
  /** A clock that only goes forward, in milliseconds. */
  now?: () => number;
  fetch?: FetchFunction;
};

/**
 * A `fetch` for the clients of one workspace that keeps to Slack's rate limits, method by method. After a 429 no call of
 * that method goes out before Retry-After has passed: it is answered with a 429 that names the rest of the wait, which
 * grows a little with each call that is held back, so that they do not come back together. Other methods go on.
 *
 * Nothing is slowed down beforehand: Slack takes short bursts and publishes no number for them.
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
    if (pause !== undefined && now() < pause.until) return held(pause, now());
    const answer = await send(url, init);
    if (answer.status !== 429) return answer;
    onRateLimited?.(method);
    const until = now() + retryAfterMs(answer);
    const known = pauses.get(method);
    // Of several answers that come together the longest wait holds.
    if (known !== undefined && now() < known.until) known.until = Math.max(known.until, until);
    else pauses.set(method, { until, held: 0 });
    return retryAfter(Math.ceil((until - now()) / 1000));
  };
}

function held(pause: Pause, at: number): Response {
  const backAt = pause.until + Math.min(pause.held * spacingMs, latestMs);
  pause.held += 1;
  return retryAfter(Math.ceil((backAt - at) / 1000));
}

/** Slack counts in whole seconds, and its client reads them so. */
const retryAfter = (seconds: number): Response =>
  new Response(null, { status: 429, headers: { "retry-after": String(Math.max(1, seconds)) } });

function retryAfterMs(answer: Pick<Awaited<ReturnType<FetchFunction>>, "headers">): number {
  const seconds = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
  return Number.isNaN(seconds) ? unsaidMs : Math.max(1, seconds) * 1000;
}

/** `chat.postMessage` of https://slack.com/api/chat.postMessage */
function methodOf(url: Parameters<FetchFunction>[0]): string {
  const { pathname } = new URL(url);
  return pathname.slice(pathname.lastIndexOf("/") + 1);
}

import type { Context, Env, MiddlewareHandler } from "hono";
import type { ApiEnv } from "./auth.ts";
import { Problem } from "./problems.ts";

export type RateLimit<E extends Env> = {
  /** Calls per minute and caller. After a pause as many may arrive at once. */
  perMinute: number;
  now(): Date;
  /** Returns the key of the caller whose calls are counted together. Default: the token's ID. */
  callerOf?: (c: Context<E>) => string;
};

type Bucket = { left: number; at: number };

/**
 * Returns middleware that limits the calls of each caller with a token bucket. It throws a 429 `Problem` over the limit.
 * Each process counts for itself. The response headers follow https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06.
 */
export function limitRate<E extends ApiEnv>({
  perMinute,
  now,
  callerOf = (c) => c.get("token").id,
}: RateLimit<E>): MiddlewareHandler<E> {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  return async (c, next) => {
    const bucket = refilled(buckets, callerOf(c), { perMinute, perMs, at: now().getTime() });
    const allowed = bucket.left >= 1;
    if (allowed) bucket.left -= 1;
    const headers = {
      "ratelimit-limit": String(perMinute),
      "ratelimit-remaining": String(Math.floor(bucket.left)),
      "ratelimit-reset": String(Math.ceil((perMinute - bucket.left) / perMs / 1000)),
    };
    if (!allowed) {
      const retryAfter = String(Math.max(1, Math.ceil((1 - bucket.left) / perMs / 1000)));
      const words = `This token may call ${perMinute} times a minute.`;
      throw new Problem("rate-limited", words, {}, { ...headers, "retry-after": retryAfter });
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
  };
}

/** Returns the caller's bucket, filled up to now. Removes full buckets once there are more than 1,000. */
function refilled(
  buckets: Map<string, Bucket>,
  caller: string,
  { perMinute, perMs, at }: { perMinute: number; perMs: number; at: number },
): Bucket {
  const fill = ({ left, at: since }: Bucket) => Math.min(perMinute, left + Math.max(0, at - since) * perMs);
  if (buckets.size > 1000) {
    for (const [key, bucket] of buckets) if (fill(bucket) >= perMinute) buckets.delete(key);
  }
  const existing = buckets.get(caller);
  const bucket = existing === undefined ? { left: perMinute, at } : { left: fill(existing), at };
  buckets.set(caller, bucket);
  return bucket;
}

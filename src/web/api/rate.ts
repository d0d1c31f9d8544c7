import type { Context, Env, MiddlewareHandler } from "hono";
import type { ApiEnv } from "./auth.ts";
import { Problem } from "./problems.ts";

export type RateLimit<E extends Env> = {
  /** Calls a minute and caller; as many may come at once after a pause. */
  perMinute: number;
  now(): Date;
  /** Whose calls are counted together; without it a token's. */
  whoOf?: (c: Context<E>) => string;
};

type Bucket = { left: number; at: number };

/**
 * Holds each token to so many calls a minute, by a bucket that fills up steadily. Each process counts its own.
 * The headers are those of https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06.
 */
export function limitRate<E extends ApiEnv>({
  perMinute,
  now,
  whoOf = (c) => c.get("token").id,
}: RateLimit<E>): MiddlewareHandler<E> {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;
  return async (c, next) => {
    const bucket = refilled(buckets, whoOf(c), { perMinute, perMs, at: now().getTime() });
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

/** A token's bucket as it is now. Full ones are forgotten now and then: a token that rests needs none. */
function refilled(
  buckets: Map<string, Bucket>,
  tokenId: string,
  { perMinute, perMs, at }: { perMinute: number; perMs: number; at: number },
): Bucket {
  const fill = ({ left, at: since }: Bucket) => Math.min(perMinute, left + Math.max(0, at - since) * perMs);
  if (buckets.size > 1000) {
    for (const [id, one] of buckets) if (fill(one) >= perMinute) buckets.delete(id);
  }
  const known = buckets.get(tokenId);
  const bucket = known === undefined ? { left: perMinute, at } : { left: fill(known), at };
  buckets.set(tokenId, bucket);
  return bucket;
}

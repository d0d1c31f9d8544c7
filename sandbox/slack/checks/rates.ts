/** Slack's tiers, in calls per minute. Source: https://docs.slack.dev/apis/web-api/rate-limits */
const perMinute: Record<string, number> = {
  "users.list": 20,
  "usergroups.list": 20,
  "usergroups.users.list": 20,
  "conversations.list": 20,
  "conversations.members": 100,
  "chat.update": 50,
  "chat.delete": 50,
  "conversations.open": 50,
  "conversations.info": 50,
  "conversations.history": 50,
  "users.lookupByEmail": 50,
  "users.info": 100,
  "chat.postEphemeral": 100,
  "views.open": 100,
  "views.push": 100,
  "views.update": 100,
  "views.publish": 100,
};

/**
 * chat.postMessage: one per second per channel. Slack allows "short bursts" without a number; this stand-in
 * allows 5.
 */
const postBurst = 5;

type Bucket = { tokens: number; at: number };

/**
 * Counts calls like Slack does: per method and, for chat.postMessage, per channel. Returns the seconds to
 * wait, or 0 if the call is allowed.
 */
export function makeRates(now: () => number): (method: string, channel: string) => number {
  const buckets = new Map<string, Bucket>();
  return (method, channel) => {
    const posting = method === "chat.postMessage";
    const minute = perMinute[method];
    if (!posting && minute === undefined) return 0;
    const size = posting ? postBurst : (minute ?? 0);
    const perSecond = posting ? 1 : size / 60;
    const key = posting ? `${method} ${channel}` : method;
    const bucket = buckets.get(key) ?? { tokens: size, at: now() };
    bucket.tokens = Math.min(size, bucket.tokens + ((now() - bucket.at) / 1000) * perSecond);
    bucket.at = now();
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return 0;
  };
}

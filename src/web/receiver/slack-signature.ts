import { createHmac, timingSafeEqual } from "node:crypto";

/** How far the request's timestamp may differ from the clock, in seconds. */
const toleranceSeconds = 300;

type SignedRequest = {
  /** The header x-slack-signature. */
  signature: string | null;
  /** The header x-slack-request-timestamp, in seconds since 1970. */
  timestamp: string | null;
  body: Uint8Array;
};

/** `clock`: Slack signed it, but its time is `aheadSeconds` after now, or before now if that is negative. */
export type Judged = { kind: "signed" | "unsigned" } | { kind: "clock"; aheadSeconds: number };

/**
 * Returns whether Slack signed exactly these bytes, at most 5 minutes before or after now. Compares in constant time:
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @param now in milliseconds since 1970
 */
export function judgeSignature(secret: string, request: SignedRequest, now: number): Judged {
  const { signature, timestamp, body } = request;
  if (signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp)) return { kind: "unsigned" };
  const hex = /^v0=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (hex === undefined) return { kind: "unsigned" };
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest();
  if (!timingSafeEqual(Buffer.from(hex, "hex"), expected)) return { kind: "unsigned" };
  const aheadSeconds = Math.round(Number(timestamp) - now / 1000);
  return Math.abs(aheadSeconds) > toleranceSeconds ? { kind: "clock", aheadSeconds } : { kind: "signed" };
}

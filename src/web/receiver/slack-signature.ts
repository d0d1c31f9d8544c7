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

/**
 * Returns whether Slack signed exactly these bytes, at most 5 minutes before or after now. Compares in constant time:
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 *
 * @param now in milliseconds since 1970
 */
export function isSignedBySlack(secret: string, request: SignedRequest, now: number): boolean {
  const { signature, timestamp, body } = request;
  if (signature === null || timestamp === null || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const hex = /^v0=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (hex === undefined) return false;
  const expected = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest();
  return timingSafeEqual(Buffer.from(hex, "hex"), expected);
}

import { createHmac } from "node:crypto";

/**
 * Returns the headers with which Slack signs a request: HMAC-SHA256 over `v0:timestamp:body`.
 * Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function signedHeaders(secret: string, body: string, at: number): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` };
}

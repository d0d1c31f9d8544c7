/**
 * Returns the error code with which Slack answered a Web API call, such as `channel_not_found`. Returns undefined for
 * every other error, such as a timeout or a rate limit. https://docs.slack.dev/tools/node-slack-sdk/web-api#handle-errors
 */
export function slackErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("data" in error)) return undefined;
  const { data } = error;
  if (typeof data !== "object" || data === null || !("error" in data)) return undefined;
  return typeof data.error === "string" ? data.error : undefined;
}

/** The error codes with which Slack rejects the token itself: https://docs.slack.dev/reference/methods/auth.test */
export const rejectedTokenCodes: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "token_expired",
  "account_inactive",
]);

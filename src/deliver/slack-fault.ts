import { ErrorCode, type WebAPICallError } from "@slack/web-api";
import type { Outcome } from "../domain/outcome.ts";

/** Slack's own trouble, in which a message may or may not have been posted: https://docs.slack.dev/reference/methods/chat.postMessage */
const passing = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);

/** The token is not accepted now; nothing was posted, and what must be told is told once there is a good one. */
const refusedToken = new Set([
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "token_expired",
  "account_inactive",
]);

/** What a failed Web API call means for the next try. An error that is not Slack's is thrown on. */
export function slackFault(error: unknown): Outcome {
  const fault = error as WebAPICallError;
  switch (fault.code) {
    case ErrorCode.RateLimitedError:
      return { kind: "retry", reason: "Slack's rate limit", sent: "no", afterMs: fault.retryAfter * 1000 };
    case ErrorCode.PlatformError: {
      const name = platformError(error) ?? "unknown error";
      if (name === "ratelimited") return { kind: "retry", reason: "Slack's rate limit", sent: "no" };
      const reason = `Slack says ${name}`;
      if (refusedToken.has(name)) return { kind: "retry", reason, sent: "no" };
      return passing.has(name) ? { kind: "retry", reason, sent: "unknown" } : { kind: "dead", reason };
    }
    case ErrorCode.HTTPError:
      return fault.statusCode >= 500
        ? { kind: "retry", reason: `Slack answers ${fault.statusCode}`, sent: "unknown" }
        : { kind: "dead", reason: `Slack answers ${fault.statusCode}` };
    case ErrorCode.RequestError:
      return { kind: "retry", reason: `Slack did not answer: ${fault.message}`, sent: "unknown" };
    default:
      throw error;
  }
}

/** The name that Slack gives an error, where it answered with one. */
export function platformError(error: unknown): string | undefined {
  const fault = error as WebAPICallError;
  return fault.code === ErrorCode.PlatformError ? fault.data.error : undefined;
}

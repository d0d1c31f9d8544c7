import { ErrorCode, type WebAPICallError } from "@slack/web-api";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import { rejectedTokenCodes, slackErrorCode } from "../../lib/slack-error.ts";

/** Too many calls, said in an answer instead of by a 429: https://docs.slack.dev/reference/methods/chat.postMessage */
const tooMany = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);

/** What is waited where Slack does not say how long, in milliseconds. */
const unsaidMs = 30_000;

/** How much later than at their time what waited for the same limit comes back, at most, in milliseconds. */
const jitterMs = 1_000;

/** How long nothing is sent with a token that was refused, in milliseconds. */
const refusedTokenMs = 60_000;

/** Slack's own trouble, in which a message may or may not have been posted: https://docs.slack.dev/reference/methods/chat.postMessage */
const passing = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "org_login_required",
]);

/**
 * What a failed Web API call means for the next try. A rate limit and a token that is refused put it off: nothing was
 * sent, and it does not count as a try. An error that is not Slack's is thrown on.
 *
 * @param random from 0 up to 1
 */
export function slackFault(error: unknown, random: () => number = Math.random): Outcome {
  const fault = error as WebAPICallError;
  switch (fault.code) {
    case ErrorCode.RateLimitedError:
      return rateLimited(fault.retryAfter * 1000, random);
    case ErrorCode.PlatformError: {
      const name = slackErrorCode(error) ?? "unknown error";
      if (tooMany.has(name)) return rateLimited(unsaidMs, random);
      const reason = `Slack says ${name}`;
      // Nothing was posted. What must be told is told once there is a valid token.
      if (rejectedTokenCodes.has(name))
        return { kind: "postponed", afterMs: refusedTokenMs, reason, refused: true };
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

function rateLimited(waitMs: number, random: () => number): Outcome {
  const afterMs = waitMs + Math.round(random() * jitterMs);
  return { kind: "postponed", afterMs, reason: "Slack's rate limit", limited: true };
}

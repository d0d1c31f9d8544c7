import { ErrorCode, type WebAPICallError } from "@slack/web-api";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import { rejectedTokenCodes, slackErrorCode } from "../../lib/slack-error.ts";

/** Rate limits that Slack reports without a 429: https://docs.slack.dev/reference/methods/chat.postMessage */
const rateLimitCodes = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);

/** The wait if Slack does not name one, in milliseconds. */
const defaultWaitMs = 30_000;

/** The most that is added to a wait, in milliseconds, so that items do not all return together. */
const jitterMs = 1_000;

/** The wait after Slack rejected the token, in milliseconds. */
const refusedTokenMs = 60_000;

/** Errors on Slack's side, after which the message may have been posted: https://docs.slack.dev/reference/methods/chat.postMessage */
const transientCodes = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "org_login_required",
]);

/**
 * Returns what a failed Web API call means for its item. A rate limit or a rejected token postpones it: nothing was sent,
 * and the attempt does not count.
 *
 * @param random from 0 to 1
 * @throws the error itself if it does not come from the Slack client
 */
export function slackFault(error: unknown, random: () => number = Math.random): Outcome {
  const fault = error as WebAPICallError;
  switch (fault.code) {
    case ErrorCode.RateLimitedError:
      return rateLimited(fault.retryAfter * 1000, random);
    case ErrorCode.PlatformError: {
      const name = slackErrorCode(error) ?? "unknown error";
      if (rateLimitCodes.has(name)) return rateLimited(defaultWaitMs, random);
      const reason = `Slack says ${name}`;
      // Nothing was posted. It goes out once Slack accepts the token again.
      if (rejectedTokenCodes.has(name))
        return { kind: "postponed", afterMs: refusedTokenMs, reason, refused: true };
      return transientCodes.has(name) ? { kind: "retry", reason, sent: "unknown" } : { kind: "dead", reason };
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

import { ErrorCode, type WebAPICallError } from "@slack/web-api";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import { neededScope, slackErrorCode, slackErrorRow, slackMethod } from "../../lib/slack-error.ts";
import { RecipientDeactivated } from "./check-recipient.ts";

/** The wait if Slack does not name one, in milliseconds. */
const defaultWaitMs = 30_000;

/** The most that is added to a wait, in milliseconds, so that items do not all return together. */
const jitterMs = 1_000;

/** The wait after Slack rejected the token, in milliseconds. */
const refusedTokenMs = 60_000;

/**
 * How often an item is tried whose error Slack does not document, about ten minutes in all. It may pass, so a card is not
 * stopped for good at once; it may be permanent, so it is not tried for hours.
 */
const undocumentedAttempts = 12;

/**
 * Returns what a failed Web API call means for its item. A rate limit or a rejected token postpones it: nothing was sent,
 * and the attempt does not count. An answer that is not Slack's, such as a proxy's page, is as good as none.
 *
 * @param random from 0 to 1
 * @throws the error itself if it does not come from the Slack client
 */
export function slackFault(error: unknown, random: () => number = Math.random): Outcome {
  if (error instanceof RecipientDeactivated) return { kind: "dead", reason: error.message };
  const fault = error as WebAPICallError;
  const code = slackErrorCode(error);
  if (code !== undefined) return slackSays(error, code, random);
  switch (fault.code) {
    case ErrorCode.RateLimitedError:
      return rateLimited(fault.retryAfter * 1000, random);
    case ErrorCode.PlatformError:
      return { kind: "retry", reason: "Something in between answered in place of Slack", sent: "unknown" };
    case ErrorCode.HTTPError:
      return { kind: "retry", reason: `Slack answers ${fault.statusCode}`, sent: "unknown" };
    case ErrorCode.RequestError:
      return { kind: "retry", reason: `Slack did not answer: ${fault.message}`, sent: "unknown" };
    default:
      throw error;
  }
}

/** Returns what Slack's own answer means for the item. */
function slackSays(error: unknown, code: string, random: () => number): Outcome {
  const row = slackErrorRow(error);
  const reason = `Slack says ${code}`;
  if (row === undefined) return { kind: "retry", reason, sent: "unknown", attempts: undocumentedAttempts };
  if (row.limited) return rateLimited(defaultWaitMs, random);
  switch (row.class) {
    case "transient":
      return { kind: "retry", reason, sent: row.mayHaveHappened ? "unknown" : "no" };
    case "token":
      // Nothing was posted. It goes out once Slack accepts the token again, or allows it the call.
      return row.tokenRejected
        ? { kind: "postponed", afterMs: refusedTokenMs, reason, refused: true }
        : denied(error, reason, random);
    default:
      return { kind: "dead", reason };
  }
}

/** The token is accepted, but not for this method: the other calls go on. */
function denied(error: unknown, reason: string, random: () => number): Outcome {
  const deniedCall = slackMethod(error) ?? "a method";
  const scope = neededScope(error);
  const needs = scope === undefined ? "" : `, which needs the permission ${scope}`;
  const afterMs = refusedTokenMs + Math.round(random() * refusedTokenMs);
  return { kind: "postponed", afterMs, reason: `${reason} to ${deniedCall}${needs}`, deniedCall };
}

function rateLimited(waitMs: number, random: () => number): Outcome {
  const afterMs = waitMs + Math.round(random() * jitterMs);
  return { kind: "postponed", afterMs, reason: "Slack's rate limit", limited: true };
}

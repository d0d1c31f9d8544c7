import { type ErrorResponse, Resend } from "resend";
import { type Budget, createBudget, number } from "./budget.ts";

/** An email as it is stored: every try sends the same bytes. */
type Email = {
  to: string;
  subject: string;
  html: string;
  text: string;
  /** Where it differs from the sender's own `from`. */
  from?: string;
};

/**
 * How one try ended. `postponed`: it was not taken because of the account's limits, and does not count. `sent:
 * "unknown"`: it may have gone out, the answer was lost. `refused`: the key or the sender is not accepted, so that no
 * email is; or this recipient is not, so that none to them is.
 */
export type SendResult =
  | { kind: "done" }
  | { kind: "postponed"; afterMs: number; reason: string }
  | { kind: "retry"; reason: string; sent: "unknown" }
  | { kind: "refused"; what: "sender" | "address"; reason: string }
  | { kind: "dead"; reason: string };

/** One try with a key of 1 to 256 characters: within 24 hours Resend sends one email for it, however often it is asked. */
export type SendEmail = (email: Email, idempotencyKey: string) => Promise<SendResult>;

type Options = {
  apiKey: string;
  /** Another Resend API base, no slash at its end; Resend's own without it. */
  baseUrl?: string;
  /** `Name <address>` or an address, of a domain that Resend has verified. */
  from: string;
  /** How long one try may take, in milliseconds; default 10,000. */
  timeoutMs?: number;
  budget?: Budget;
  /** Called at each 429. */
  onRateLimited?: () => void;
};

const takesNoMore = "Resend takes no more emails at once";

/** How long nothing is sent when the day's or the month's emails are used up, in milliseconds: a larger plan may be bought. */
const quotaPauseMs = 15 * 60_000;

/** How long nothing is sent after a 429 that does not say, in milliseconds: the limit is one per second. */
const unsaidPauseMs = 1_000;

/**
 * A sender through one Resend account (https://resend.com/docs/api-reference/emails/send-email). It keeps to the
 * account's limits, as every answer tells them, and neither throws nor tries again: it says how the try ended, by
 * Resend's errors (https://resend.com/docs/api-reference/errors).
 */
export function createEmailSender(options: Options): SendEmail {
  const { apiKey, baseUrl, from, timeoutMs = 10_000, budget = createBudget(), onRateLimited } = options;
  const resend = new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl });
  let pausedFor = takesNoMore;
  return async (email, idempotencyKey) => {
    const waitMs = budget.take();
    if (waitMs > 0) {
      return { kind: "postponed", afterMs: waitMs, reason: budget.paused() ? pausedFor : takesNoMore };
    }
    const signal = AbortSignal.timeout(timeoutMs);
    const { data, error, headers } = await resend.emails.send({ from, ...email }, { idempotencyKey, signal });
    budget.heard(headers);
    if (error !== null && error.statusCode === 429) {
      onRateLimited?.();
      budget.pause(pauseMs(error, headers));
      pausedFor = inWords(error);
      return { kind: "postponed", afterMs: Math.max(1, budget.take()), reason: pausedFor };
    }
    if (error !== null) return failed(error);
    // A proxy's empty or foreign body reads as success to the client.
    if (typeof data?.id === "string") return { kind: "done" };
    return { kind: "retry", sent: "unknown", reason: "Resend's answer could not be understood" };
  };
}

/** `retry-after` is in seconds: https://resend.com/docs/api-reference/rate-limit */
function pauseMs({ name }: ErrorResponse, headers: Record<string, string> | null): number {
  if (name === "daily_quota_exceeded" || name === "monthly_quota_exceeded") return quotaPauseMs;
  const seconds = number(headers, "retry-after") ?? number(headers, "ratelimit-reset");
  return seconds === undefined ? unsaidPauseMs : Math.ceil(seconds * 1000);
}

function failed(error: ErrorResponse): SendResult {
  const { statusCode, name } = error;
  const reason = inWords(error);
  // No status: nothing came back in time, or nothing that Resend says.
  if (typeof statusCode !== "number" || statusCode >= 500 || statusCode === 408) {
    return { kind: "retry", sent: "unknown", reason };
  }
  if (name === "concurrent_idempotent_requests") return { kind: "retry", sent: "unknown", reason };
  const what = refusal(error);
  return what === null ? { kind: "dead", reason } : { kind: "refused", what, reason };
}

/** A field by its name in Resend's messages: "Invalid `to` field. The email address needs to follow …". */
const namesRecipient = /[`'"]to[`'"]|\bto field\b|\brecipients?\b|\bsuppress/i;
const namesSender = /[`'"]from[`'"]|\bfrom field\b|\bdomain is not verified\b/i;

/** What is refused beyond this one email. A 403 speaks of the account even where it names a recipient. */
function refusal({ statusCode, name, message }: ErrorResponse): "sender" | "address" | null {
  if (statusCode === 401 || statusCode === 403 || name === "invalid_from_address") return "sender";
  if (name !== "validation_error" && name !== "invalid_parameter") return null;
  if (namesRecipient.test(message ?? "")) return "address";
  return namesSender.test(message ?? "") ? "sender" : null;
}

function inWords(error: ErrorResponse): string {
  const { name, message, statusCode } = error;
  if (typeof statusCode !== "number") return "Resend could not be reached, or its answer was lost";
  const said = `${message ?? "no reason given"} (${statusCode} ${name ?? "unknown"})`;
  if (statusCode === 429) return `Resend wants us to wait: ${said}`;
  if (statusCode >= 500) return `Resend had an error: ${said}`;
  const what = refusal(error);
  if (what === "sender") return `Resend refused the API key or the sender: ${said}`;
  return `Resend refused the ${what === "address" ? "address" : "email"}: ${said}`;
}

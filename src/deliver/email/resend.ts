import { type ErrorResponse, Resend } from "resend";
import { type Budget, createBudget, number } from "./budget.ts";

/** An email as it is stored. Each attempt sends the same bytes. */
type Email = {
  to: string;
  subject: string;
  html: string;
  text: string;
  /** Replaces the sender's own `from`. */
  from?: string;
};

/**
 * How an attempt ended. `postponed`: the account's limits did not allow it, and it does not count. `sent: "unknown"`: the
 * response was lost, so it may have gone out. `refused`: Resend rejects the API key or sender, which affects every email,
 * or the address, which affects every email to it.
 */
export type SendResult =
  | { kind: "done" }
  | { kind: "postponed"; afterMs: number; reason: string }
  | { kind: "retry"; reason: string; sent: "unknown" }
  | { kind: "refused"; what: "sender" | "address"; reason: string }
  | { kind: "dead"; reason: string };

/** Makes one attempt. Within 24 hours, Resend sends only one email for the same key (1 to 256 characters). */
export type SendEmail = (email: Email, idempotencyKey: string) => Promise<SendResult>;

type Options = {
  apiKey: string;
  /** Another base URL of the Resend API, without a trailing slash. */
  baseUrl?: string;
  /** `Name <address>` or an address, in a domain that Resend has verified. */
  from: string;
  /** How long an attempt may take, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  budget?: Budget;
  /** Called for each 429. */
  onRateLimited?: () => void;
};

const takesNoMore = "Resend takes no more emails at once";

/** The pause when the day's or month's quota is used up, in milliseconds: the plan may be upgraded. */
const quotaPauseMs = 15 * 60_000;

/** The pause after a 429 that does not name one, in milliseconds. */
const defaultPauseMs = 1_000;

/**
 * Creates a sender for one Resend account (https://resend.com/docs/api-reference/emails/send-email). It respects the
 * account's rate limit, never throws, and does not retry. Its result follows Resend's errors
 * (https://resend.com/docs/api-reference/errors).
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
    budget.readHeaders(headers);
    if (error !== null && error.statusCode === 429) {
      onRateLimited?.();
      budget.pause(pauseMs(error, headers));
      pausedFor = inWords(error);
      return { kind: "postponed", afterMs: Math.max(1, budget.take()), reason: pausedFor };
    }
    if (error !== null) return failed(error);
    // The client takes a proxy's empty or foreign body as success.
    if (typeof data?.id === "string") return { kind: "done" };
    return { kind: "retry", sent: "unknown", reason: "Resend's answer could not be understood" };
  };
}

/** `retry-after` is in seconds: https://resend.com/docs/api-reference/rate-limit */
function pauseMs({ name }: ErrorResponse, headers: Record<string, string> | null): number {
  if (name === "daily_quota_exceeded" || name === "monthly_quota_exceeded") return quotaPauseMs;
  const seconds = number(headers, "retry-after") ?? number(headers, "ratelimit-reset");
  return seconds === undefined ? defaultPauseMs : Math.ceil(seconds * 1000);
}

function failed(error: ErrorResponse): SendResult {
  const { name } = error;
  const reason = inWords(error);
  if (!isResends(error)) return { kind: "retry", sent: "unknown", reason };
  if (name === "concurrent_idempotent_requests") return { kind: "retry", sent: "unknown", reason };
  const what = refusal(error);
  return what === null ? { kind: "dead", reason } : { kind: "refused", what, reason };
}

/**
 * Returns whether a refusal is Resend's own. Without a status, there was no response in time. The page of a proxy in
 * between has no error name, for which the client puts `application_error`; with that name, Resend reports its own faults.
 */
function isResends({ statusCode, name }: ErrorResponse): boolean {
  if (typeof statusCode !== "number" || statusCode >= 500) return false;
  return statusCode !== 408 && typeof name === "string" && name !== "application_error";
}

/** How Resend's messages name a field: "Invalid `to` field. The email address needs to follow …". */
const namesRecipient = /[`'"]to[`'"]|\bto field\b|\brecipients?\b|\bsuppress/i;
const namesSender = /[`'"]from[`'"]|\bfrom field\b|\bdomain is not verified\b/i;

/** Returns what is refused beyond this email, or null. A 403 is about the account even if it names a recipient. */
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
  if (!isResends(error))
    return `Resend could not be reached: something in between answered (${statusCode} ${name ?? "unknown"})`;
  const what = refusal(error);
  if (what === "sender") return `Resend refused the API key or the sender: ${said}`;
  return `Resend refused the ${what === "address" ? "address" : "email"}: ${said}`;
}

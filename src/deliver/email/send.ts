import { type ErrorResponse, Resend } from "resend";

/** An email as it is stored: every try sends the same bytes. */
type Email = {
  to: string;
  subject: string;
  html: string;
  text: string;
  /** Where it differs from the sender's own `from`. */
  from?: string;
};

/** How one try ended. `sent: "unknown"`: it may have gone out, the answer was lost. `afterMs`: not earlier than that. */
type SendResult =
  | { kind: "done" }
  | { kind: "retry"; reason: string; sent: "no" | "unknown"; afterMs?: number }
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
};

/**
 * A sender through one Resend account (https://resend.com/docs/api-reference/emails/send-email). It neither throws nor
 * tries again: it says how the try ended, by Resend's errors (https://resend.com/docs/api-reference/errors).
 */
export function createEmailSender({ apiKey, baseUrl, from, timeoutMs = 10_000 }: Options): SendEmail {
  const resend = new Resend(apiKey, baseUrl === undefined ? {} : { baseUrl });
  return async (email, idempotencyKey) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await resend.emails.send({ from, ...email }, { idempotencyKey, signal });
    if (answer.error !== null) return failed(answer.error, answer.headers);
    // A proxy's empty or foreign body reads as success to the client.
    if (typeof answer.data?.id === "string") return { kind: "done" };
    return { kind: "retry", sent: "unknown", reason: "Resend's answer could not be understood" };
  };
}

function failed(error: ErrorResponse, headers: Record<string, string> | null): SendResult {
  const { statusCode } = error;
  const reason = inWords(error);
  // No status: nothing came back in time, or nothing that Resend says.
  if (typeof statusCode !== "number" || statusCode >= 500 || statusCode === 408) {
    return { kind: "retry", sent: "unknown", reason };
  }
  if (statusCode === 429) return { kind: "retry", sent: "no", reason, ...waitFor(headers) };
  if (error.name === "concurrent_idempotent_requests") return { kind: "retry", sent: "unknown", reason };
  return { kind: "dead", reason };
}

/** `retry-after` in seconds: https://resend.com/docs/api-reference/rate-limit */
function waitFor(headers: Record<string, string> | null): { afterMs?: number } {
  const seconds = Number(headers?.["retry-after"] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? { afterMs: Math.ceil(seconds * 1000) } : {};
}

function inWords({ name, message, statusCode }: ErrorResponse): string {
  if (typeof statusCode !== "number") return "Resend could not be reached, or its answer was lost";
  const said = `${message ?? "no reason given"} (${statusCode} ${name ?? "unknown"})`;
  if (statusCode === 401 || statusCode === 403) return `Resend refused the API key or the sender: ${said}`;
  if (statusCode === 429) return `Resend wants us to wait: ${said}`;
  if (statusCode >= 500) return `Resend had an error: ${said}`;
  return `Resend refused the email: ${said}`;
}

import type { CircuitBreaker } from "../deliver/circuit-breaker.ts";
import { createEmailSender } from "../deliver/email/resend.ts";
import type { EmailDeps } from "../deliver/email/send-notice-email.ts";
import { cardLinks } from "../lib/links.ts";
import type { Core } from "./core.ts";

/** Returns what sends emails through Resend. */
export function emailDeps({ config, context, metrics }: Core, breaker: CircuitBreaker): EmailDeps {
  const { apiKey, baseUrl, from } = config.email;
  const onRateLimited = () => metrics.rateLimited("resend", "emails.send");
  return {
    ...{ context, from, breaker },
    linkFor: cardLinks(config.http.publicUrl, config.secret),
    send: createEmailSender({ apiKey, from, onRateLimited, ...(baseUrl !== undefined && { baseUrl }) }),
  };
}

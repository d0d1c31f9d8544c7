import type { Config } from "../config.ts";
import type { CircuitBreaker } from "../deliver/circuit-breaker.ts";
import type { EmailDeps } from "../deliver/email/email-notices.ts";
import { createEmailSender } from "../deliver/email/send.ts";
import { cardLinks } from "../lib/links.ts";
import { forgetEmail, keepEmail } from "../usecases/delivery/keep-email.ts";
import { acceptAddress, refuseAddress } from "../usecases/delivery/refuse-address.ts";
import type { Context } from "../usecases/shared/context.ts";

/** What the delivery of emails is given. */
export function emailParts(
  config: Config,
  context: Context,
  breaker: CircuitBreaker,
  onRateLimited: () => void,
): EmailDeps {
  const { apiKey, baseUrl, from } = config.email;
  return {
    ...{ db: context.db, now: context.now, from, breaker },
    linkFor: cardLinks(config.http.publicUrl, config.secret),
    send: createEmailSender({ apiKey, from, onRateLimited, ...(baseUrl !== undefined && { baseUrl }) }),
    keepEmail: (email) => keepEmail(context, email),
    forgetEmail: (organizationId, key) => forgetEmail(context, organizationId, key),
    refuseAddress: (organizationId, address, reason) =>
      refuseAddress(context, organizationId, address, reason),
    acceptAddress: (organizationId, address) => acceptAddress(context, organizationId, address),
  };
}

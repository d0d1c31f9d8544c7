import type { Config } from "../config.ts";
import type { Gate } from "../deliver/circuit-breaker.ts";
import type { EmailParts } from "../deliver/email/email-notices.ts";
import { createEmailSender } from "../deliver/email/send.ts";
import { cardLinks } from "../lib/links.ts";
import { forgetEmail, keepEmail } from "../usecases/delivery/keep-email.ts";
import { acceptAddress, refuseAddress } from "../usecases/delivery/refuse-address.ts";
import type { Context } from "../usecases/shared/context.ts";

/** What the delivery of emails is given. */
export function emailParts(
  config: Config,
  context: Context,
  gate: Gate,
  onRateLimited: () => void,
): EmailParts {
  const { apiKey, baseUrl, from } = config.email;
  return {
    ...{ db: context.db, now: context.now, from, gate },
    linkFor: cardLinks(config.http.publicUrl, config.secret),
    send: createEmailSender({ apiKey, from, onRateLimited, ...(baseUrl !== undefined && { baseUrl }) }),
    keepEmail: (email) => keepEmail(context, email),
    forgetEmail: (organizationId, key) => forgetEmail(context, organizationId, key),
    refuseAddress: (organizationId, address, reason) =>
      refuseAddress(context, organizationId, address, reason),
    acceptAddress: (organizationId, address) => acceptAddress(context, organizationId, address),
  };
}

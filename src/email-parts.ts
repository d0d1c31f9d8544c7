import type { Config } from "./config.ts";
import { createEmailSender } from "./deliver/email/send.ts";
import type { EmailParts } from "./deliver/email-notices.ts";
import type { Gate } from "./deliver/gate.ts";
import { cardLinks } from "./links.ts";
import type { Context } from "./usecases/context.ts";
import { forgetEmail, keepEmail } from "./usecases/keep-email.ts";
import { acceptAddress, refuseAddress } from "./usecases/refuse-address.ts";

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

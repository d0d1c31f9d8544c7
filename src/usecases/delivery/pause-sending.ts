import * as warnings from "../../../db/delivery/warnings.ts";
import { type Outage, type Provider, toldSubject } from "../../domain/delivery/outages.ts";
import { type Context, transact } from "../shared/context.ts";
import { tellAdmins, tellAdminsByEmail } from "./tell-admins.ts";

/**
 * Records that a provider rejects everything that Signoff sends, so that no replica tries, and tells the admins once
 * through the other provider.
 *
 * @returns the outage as it was first recorded; `fresh` if this call recorded it
 */
export async function pauseSending(
  context: Context,
  organizationId: string,
  provider: Provider,
  reason: string,
): Promise<Outage & { fresh: boolean }> {
  return transact(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const fresh = await warnings.addRefused(tx, organizationId, { subject: provider, reason, at: now });
    const [recorded] = await warnings.listRefused(tx, organizationId, [provider]);
    if (fresh) {
      const tell = provider === "slack" ? tellAdminsByEmail : tellAdmins;
      await tell(tx, organizationId, [toldSubject(provider)], now);
    }
    return { reason: recorded?.reason ?? reason, since: recorded?.at ?? now, fresh };
  });
}

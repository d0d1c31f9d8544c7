import * as warnings from "../../../db/delivery/warnings.ts";
import { type Outage, type Provider, toldSubject } from "../../domain/delivery/outages.ts";
import { accept } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";
import { tellAdmins, tellAdminsByEmail } from "./tell-admins.ts";

/**
 * A far end refuses all that we send: it is noted, so that no replica tries, and the admins are told once by the other
 * way.
 *
 * @returns the stop as it was noted first; `fresh` for who noted it
 */
export async function pauseSending(
  context: Context,
  organizationId: string,
  provider: Provider,
  reason: string,
): Promise<Outage & { fresh: boolean }> {
  let stop: Outage & { fresh: boolean } = { reason, since: context.now(), fresh: false };
  await commit(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const fresh = await warnings.addRefused(tx, organizationId, { subject: provider, reason, at: now });
    const [noted] = await warnings.listRefused(tx, organizationId, [provider]);
    stop = { reason: noted?.reason ?? reason, since: noted?.at ?? now, fresh };
    if (!fresh) return accept(null);
    const tell = provider === "slack" ? tellAdminsByEmail : tellAdmins;
    await tell(tx, organizationId, [toldSubject(provider)], now);
    return accept(null);
  });
  return stop;
}

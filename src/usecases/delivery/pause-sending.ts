import * as warnings from "../../../db/delivery/warnings.ts";
import { type FarEnd, type Stop, toldSubject } from "../../domain/delivery/outages.ts";
import { accept } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";
import { tellAdmins, tellAdminsByEmail } from "./tell-admins.ts";

/**
 * A far end refuses all that we send: it is noted, so that no replica tries, and the admins are told once by the other
 * way.
 *
 * @returns the stop as it was noted first; `fresh` for who noted it
 */
export async function stopSending(
  context: Context,
  organizationId: string,
  farEnd: FarEnd,
  reason: string,
): Promise<Stop & { fresh: boolean }> {
  let stop: Stop & { fresh: boolean } = { reason, since: context.now(), fresh: false };
  await commit(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const fresh = await warnings.note(tx, organizationId, { subject: farEnd, reason, at: now });
    const [noted] = await warnings.listRefused(tx, organizationId, [farEnd]);
    stop = { reason: noted?.reason ?? reason, since: noted?.at ?? now, fresh };
    if (!fresh) return accept(null);
    const tell = farEnd === "slack" ? tellAdminsByEmail : tellAdmins;
    await tell(tx, organizationId, [toldSubject(farEnd)], now);
    return accept(null);
  });
  return stop;
}

import * as warnings from "../../../db/delivery/warnings.ts";
import { addressSubject, toldSubject } from "../../domain/delivery/outages.ts";
import { type Context, transact } from "../shared/context.ts";
import { tellAdmins } from "./tell-admins.ts";

/** Records that an email address was refused, so that nothing is sent to it for a while, and tells the admins once. */
export async function refuseAddress(
  context: Context,
  organizationId: string,
  address: string,
  reason: string,
): Promise<void> {
  await transact(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const refused = { subject: addressSubject(address), reason, at: now };
    if (await warnings.addRefused(tx, organizationId, refused)) {
      await tellAdmins(tx, organizationId, [toldSubject(refused.subject)], now);
    } else {
      await warnings.updateRefused(tx, organizationId, refused);
    }
  });
}

/** Records that an address that was refused before accepted an email. */
export async function acceptAddress(
  context: Context,
  organizationId: string,
  address: string,
): Promise<void> {
  await transact(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    const subject = addressSubject(address);
    await warnings.remove(tx, organizationId, [subject, toldSubject(subject)]);
  });
}

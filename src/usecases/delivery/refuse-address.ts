import * as warnings from "../../../db/delivery/warnings.ts";
import { addressSubject, toldSubject } from "../../domain/delivery/outages.ts";
import { accept } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";
import { tellAdmins } from "./tell-admins.ts";

/** An email address was refused: it is left alone from now on, and the admins are told once whose it is. */
export async function refuseAddress(
  context: Context,
  organizationId: string,
  address: string,
  reason: string,
): Promise<void> {
  await commit(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const refused = { subject: addressSubject(address), reason, at: now };
    if (await warnings.addRefused(tx, organizationId, refused)) {
      await tellAdmins(tx, organizationId, [toldSubject(refused.subject)], now);
    } else {
      await warnings.updateRefused(tx, organizationId, refused);
    }
    return accept(null);
  });
}

/** An address that was refused before took an email. */
export async function acceptAddress(
  context: Context,
  organizationId: string,
  address: string,
): Promise<void> {
  await commit(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    const subject = addressSubject(address);
    await warnings.remove(tx, organizationId, [subject, toldSubject(subject)]);
    return accept(null);
  });
}

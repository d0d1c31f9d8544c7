import type { Db } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { addressRestMs, addressSubject, type Outage, type Provider } from "../../domain/delivery/outages.ts";

/** Whether a far end refuses all that we send; undefined where it does not. */
export async function getOutage(
  db: Db,
  organizationId: string,
  provider: Provider,
): Promise<Outage | undefined> {
  const [found] = await warnings.listRefused(db, organizationId, [provider]);
  return found && { reason: found.reason, since: found.at };
}

/** Whether an email address was refused; `rests`: it is not to be tried again yet. Undefined where it was not. */
export async function getAddressRefusal(
  db: Db,
  organizationId: string,
  address: string,
  now: Date,
): Promise<{ reason: string; rests: boolean } | undefined> {
  const [found] = await warnings.listRefused(db, organizationId, [addressSubject(address)]);
  if (found === undefined) return undefined;
  return { reason: found.reason, rests: now.getTime() - found.at.getTime() < addressRestMs };
}

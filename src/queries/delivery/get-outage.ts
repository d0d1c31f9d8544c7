import type { Db } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { addressRestMs, addressSubject, type Outage, type Provider } from "../../domain/delivery/outages.ts";

/** Returns the outage of a provider that refuses everything that Signoff sends; undefined if there is none. */
export async function getOutage(
  db: Db,
  organizationId: string,
  provider: Provider,
): Promise<Outage | undefined> {
  const [found] = await warnings.listRefused(db, organizationId, [provider]);
  return found && { reason: found.reason, since: found.at };
}

/** Returns why an email address is refused, and whether it must not be tried again yet (`rests`); undefined if it is not refused. */
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

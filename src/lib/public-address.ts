import { type LookupAddress, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import type { AddressFault } from "../domain/shared/refusals.ts";

/** A name led to an address that is not called. */
export class PrivateAddress extends Error {
  constructor(host: string) {
    super(`${host} leads to an address inside a private network`);
  }
}

/**
 * Azure's host agent answers there, a public address by its range:
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const metadataAddresses = ["168.63.129.16"];

/** IPv4 in an IPv6 address in the old way (RFC 4291, 2.5.5.1), which the library takes for an ordinary one. */
const oldIpv4InIpv6 = ipaddr.IPv6.parseCIDR("::/96");

/** Whether an IP address is one of the public internet's. What cannot be read is not. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  // Turns an IPv4 address that is mapped into IPv6 into itself.
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.match(oldIpv4InIpv6)) return false;
  return parsed.range() === "unicast" && !metadataAddresses.includes(parsed.toString());
}

/**
 * What is wrong with a webhook's address, as far as it can be seen without asking where its name leads; null: nothing.
 *
 * @param allowPrivate whether addresses inside, and http, are allowed
 */
export function addressFault(address: string, allowPrivate: boolean): AddressFault | null {
  if (!URL.canParse(address)) return "not-an-address";
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol) || url.hostname === "") return "not-an-address";
  if (url.username !== "" || url.password !== "") return "credentials";
  if (allowPrivate) return null;
  if (url.protocol !== "https:") return "not-https";
  // The URL parser has brought every way to write an IPv4 address (octal, one number) into the usual one.
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : "inside";
  return host === "localhost" || host.endsWith(".localhost") ? "inside" : null;
}

/** Looks a name up; as `dns.lookup` with `all`. */
export type Resolve = (
  host: string,
  options: { all: true; family?: number; hints?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks names up for a connection and gives it the very addresses that were checked, so that a name that leads
 * elsewhere a moment later (DNS rebinding) does not help. One address inside among others refuses them all.
 */
export function publicLookup(resolve: Resolve = lookup as Resolve): LookupFunction {
  return (host, options, done) => {
    const { family, hints } = options;
    const how = {
      ...(typeof family === "number" && { family }),
      ...(hints !== undefined && { hints }),
    };
    resolve(host, { ...how, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        return done(error ?? new Error(`${host} leads nowhere`), "", 4);
      }
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return done(new PrivateAddress(host), "", 4);
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

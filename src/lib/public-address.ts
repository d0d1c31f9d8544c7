import { type LookupAddress, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import type { AddressFault } from "../domain/shared/refusals.ts";

/** A host name resolved to an address that is not public, so it is not called. */
export class PrivateAddress extends Error {
  constructor(host: string) {
    super(`${host} resolves to an address inside a private network`);
  }
}

/**
 * Azure's host agent, which has an address in a public range:
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const metadataAddresses = ["168.63.129.16"];

/** IPv4-compatible IPv6 addresses (RFC 4291, 2.5.5.1), which the library treats as ordinary ones. */
const ipv4CompatibleIpv6 = ipaddr.IPv6.parseCIDR("::/96");

/** Returns whether an IP address is on the public internet. Returns false if it is not a valid address. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  // Converts an IPv4-mapped IPv6 address to IPv4.
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.match(ipv4CompatibleIpv6)) return false;
  return parsed.range() === "unicast" && !metadataAddresses.includes(parsed.toString());
}

/**
 * Returns what is wrong with the URL of a webhook, or null. It does not resolve the host name; `publicLookup` checks the
 * resolved addresses later.
 *
 * @param allowPrivate whether http and private addresses are allowed
 */
export function addressFault(address: string, allowPrivate: boolean): AddressFault | null {
  if (!URL.canParse(address)) return "not-an-address";
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol) || url.hostname === "") return "not-an-address";
  if (url.username !== "" || url.password !== "") return "credentials";
  if (allowPrivate) return null;
  if (url.protocol !== "https:") return "not-https";
  // The URL parser has already normalized the octal and the integer form of IPv4 addresses.
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : "inside";
  return host === "localhost" || host.endsWith(".localhost") ? "inside" : null;
}

/** Resolves a host name, as `dns.lookup` with `all` does. */
export type Resolve = (
  host: string,
  options: { all: true; family?: number; hints?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Returns the error that Node's own lookup reports for a name that does not exist. */
const noAddress = (host: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${host} leads nowhere`), { code: "ENOTFOUND" });

/**
 * Returns a lookup function for connections that fails with `PrivateAddress` if any address of a host is not public. The
 * connection uses the addresses that were checked, which prevents DNS rebinding.
 */
export function publicLookup(resolve: Resolve = lookup as Resolve): LookupFunction {
  return (host, options, done) => {
    const { family, hints } = options;
    const lookupOptions = {
      ...(typeof family === "number" && { family }),
      ...(hints !== undefined && { hints }),
    };
    resolve(host, { ...lookupOptions, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        return done(error ?? noAddress(host), "", 4);
      }
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return done(new PrivateAddress(host), "", 4);
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family);
    });
  };
}

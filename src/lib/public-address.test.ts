import type { LookupAddress } from "node:dns";
import { describe, expect, test } from "vitest";
import {
  addressFault,
  isPublicAddress,
  PrivateAddress,
  publicLookup,
  type Resolve,
} from "./public-address.ts";

describe("which addresses are outside", () => {
  test.each([
    ["loopback", ["127.0.0.1", "127.8.8.8", "::1"]],
    ["unspecified", ["0.0.0.0", "0.1.2.3", "::"]],
    ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]],
    ["link-local", ["169.254.0.1", "fe80::1", "fe80::1%eth0"]],
    ["unique local and site local", ["fc00::1", "fd12:3456::1", "fec0::1"]],
    ["multicast and broadcast", ["224.0.0.1", "239.1.1.1", "255.255.255.255", "ff02::1"]],
    ["metadata", ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16"]],
    [
      "IPv4 inside IPv6",
      ["::ffff:127.0.0.1", "::ffff:a00:1", "::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::"],
    ],
    ["reserved", ["240.0.0.1", "198.18.0.1", "192.0.2.1", "2001:db8::1", "100::1"]],
    ["what is no address", ["", "example.com", "1.2.3", "127.1", "[::1]"]],
  ])("not %s", (_, addresses) => {
    expect(addresses.filter(isPublicAddress)).toEqual([]);
  });

  test("public ones", () => {
    const addresses = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"];
    expect(addresses.filter(isPublicAddress)).toEqual(addresses);
  });
});

test.each([
  ["https://hooks.example.com/deploy?x=1", null, null],
  ["https://8.8.8.8/", null, null],
  ["http://hooks.example.com/", "not-https", null],
  ["https://127.0.0.1/", "inside", null],
  ["https://0x7f.1/", "inside", null],
  ["https://2130706433/", "inside", null],
  ["https://0177.0.0.1/", "inside", null],
  ["https://[::1]:8443/", "inside", null],
  ["https://[::ffff:169.254.169.254]/", "inside", null],
  ["https://[::127.0.0.1]/", "inside", null],
  ["https://localhost/", "inside", null],
  ["https://LOCALHOST./", "inside", null],
  ["https://a.localhost/", "inside", null],
  ["https://10.0.0.1./", "inside", null],
  ["https://user:secret@hooks.example.com/", "credentials", "credentials"],
  ["ftp://hooks.example.com/", "not-an-address", "not-an-address"],
  ["file:///etc/passwd", "not-an-address", "not-an-address"],
  ["hooks.example.com", "not-an-address", "not-an-address"],
  ["", "not-an-address", "not-an-address"],
])("%s: %s; with private ones allowed: %s", (address, fault, allowed) => {
  expect(addressFault(address, false)).toBe(fault);
  expect(addressFault(address, true)).toBe(allowed);
});

describe("where a name leads", () => {
  const leadsTo = (...addresses: string[]): Resolve => {
    const found: LookupAddress[] = addresses.map((address) => {
      return { address, family: address.includes(":") ? 6 : 4 };
    });
    return (_host, _options, done) => done(null, found);
  };
  const look = (resolve: Resolve, all: boolean) =>
    new Promise((resolved) => {
      publicLookup(resolve)("hooks.example.com", { all }, (...answer) => resolved(answer));
    });

  test("a connection gets the addresses that were checked", async () => {
    const resolve = leadsTo("8.8.8.8", "2606:4700::1111");
    expect(await look(resolve, true)).toEqual([
      null,
      [
        { address: "8.8.8.8", family: 4 },
        { address: "2606:4700::1111", family: 6 },
      ],
    ]);
    expect(await look(resolve, false)).toEqual([null, "8.8.8.8", 4]);
  });

  test.each([[["10.0.0.1"]], [["8.8.8.8", "127.0.0.1"]], [["::ffff:192.168.0.1"]]])(
    "%s: it is not called",
    async (addresses) => {
      for (const all of [true, false]) {
        const [error] = (await look(leadsTo(...addresses), all)) as [unknown];
        expect(error).toBeInstanceOf(PrivateAddress);
      }
    },
  );

  test("one that leads nowhere is an error", async () => {
    const gone = Object.assign(new Error("not found"), { code: "ENOTFOUND" });
    expect(((await look((_h, _o, done) => done(gone, []), true)) as unknown[])[0]).toBe(gone);
    expect(((await look(leadsTo(), true)) as unknown[])[0]).toBeInstanceOf(Error);
  });
});

import { describe, expect, test } from "vitest";
import { hasUserName, shownHost, webAddress, withoutUserName } from "./web-link.ts";

describe("a user name in an address", () => {
  test.each([
    ["https://git.example.com@evil.example/a", "https://evil.example/a"],
    ["https://user:pass@host.example/", "https://host.example/"],
    ["https://a@b@evil.example/", "https://evil.example/"],
    ["https://@evil.example/", "https://evil.example/"],
    ["http:\\\\git.example@evil.example", "http:\\\\evil.example"],
    ["HTTPS://token@git.example/compare/{from}...{to}", "HTTPS://git.example/compare/{from}...{to}"],
    ["https://git.example%2F@evil.example:8443/x", "https://evil.example:8443/x"],
  ])("%s is found and taken out", (link, without) => {
    expect(hasUserName(link)).toBe(true);
    expect(withoutUserName(link)).toBe(without);
  });

  test.each([
    "https://git.example/@acme/orders",
    "https://git.example/?by=a@b.example",
    "https://git.example#a@b",
    "https://git.example/image@sha256:abc",
    "https://git.example\\@evil.example/",
  ])("%s has none and stays as it is", (link) => {
    expect(hasUserName(link)).toBe(false);
    expect(withoutUserName(link)).toBe(link);
  });
});

test.each([
  ["https://git.example@evil.example/", "https://evil.example/", "evil.example"],
  ["https://bücher.example:8443/a", "https://xn--bcher-kva.example:8443/a", "xn--bcher-kva.example:8443"],
  ["https://аpple.example/", "https://xn--pple-43d.example/", "xn--pple-43d.example"],
  [
    `https://git.example.com.${"a".repeat(60)}.evil.example/`,
    `https://git.example.com.${"a".repeat(60)}.evil.example/`,
    `…${"a".repeat(46)}.evil.example`,
  ],
])("%s leads to %s, of %s", (link, href, host) => {
  const url = webAddress(link);
  expect(url?.href).toBe(href);
  expect(url && shownHost(url)).toBe(host);
});

test.each([null, "", "javascript:alert(1)", "ftp://host.example", "https://"])(
  "%j is no web address",
  (link) => {
    expect(webAddress(link)).toBeNull();
  },
);

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostile, isHarmless, shownText } from "../../../test/support/hostile-text.ts";
import { escaped, unescaped } from "./escape.ts";
import { link, ownLink } from "./links.ts";

describe("links", () => {
  test.each([
    ["https://ci.example/orders/121", "<https://ci.example/orders/121|1.4.2> (ci.example)"],
    ["HTTP://ci.example/a", "<http://ci.example/a|1.4.2> (ci.example)"],
    ["https://ci.example/?a=1&b=2", "<https://ci.example/?a=1&amp;b=2|1.4.2> (ci.example)"],
    ["https://ci.example/a b", "<https://ci.example/a%20b|1.4.2> (ci.example)"],
    ["https://ci.example/a%20b", "<https://ci.example/a%20b|1.4.2> (ci.example)"],
    [
      "https://git.example/tree/feature%2Fretry",
      "<https://git.example/tree/feature%2Fretry|1.4.2> (git.example)",
    ],
    [
      "https://ci.example/?next=https%3A%2F%2Fx%3Fa%26b",
      "<https://ci.example/?next=https%3A%2F%2Fx%3Fa%26b|1.4.2> (ci.example)",
    ],
    ["https://ci.example/100%", "<https://ci.example/100%|1.4.2> (ci.example)"],
    ["https://ci.example/ü", "<https://ci.example/%C3%BC|1.4.2> (ci.example)"],
    ["https://ci.example/a|b>c<d", "<https://ci.example/a%7Cb%3Ec%3Cd|1.4.2> (ci.example)"],
    ["https://ci.example/#a|<!channel>", "<https://ci.example/#a%7C%3C!channel%3E|1.4.2> (ci.example)"],
  ])("%s leads where it says", (address, expected) => {
    expect(link(address, "1.4.2")).toBe(expected);
  });

  test.each([
    null,
    "",
    "ci.example/orders",
    "javascript:alert(1)",
    "JavaScript://x/%0aalert(1)",
    "data:text/html,x",
    "slack://open",
    "//ci.example",
    " https://ci.example",
    "mailto:dana@acme.example",
    "https://",
    "https://a b/",
    "!channel",
  ])("%j is no address that a browser opens: only the label stands", (address) => {
    expect(link(address, "<1.4.2>")).toBe("&lt;1.4.2&gt;");
  });

  test.each([
    ["*a*_b", "<!date^0^{_}|*>a<!date^0^{_}|*_>b (<https://x/|x>)"],
    ["a|b", "<https://x/|a¦b> (x)"],
    ["a>b<c&d", "<https://x/|a&gt;b&lt;c&amp;d> (x)"],
  ])("the label %j cannot leave its place", (label, expected) => {
    expect(link("https://x/", label)).toBe(expected);
  });

  test("an address that would fill a field is left out", () => {
    expect(link(`https://x/${"&".repeat(400)}`, "1.4.2")).toBe("1.4.2");
    expect(link(`https://x/${"ü".repeat(400)}`, "1.4.2")).toBe("1.4.2");
    expect(link(`https://x/${"a".repeat(400)}`, "1.4.2")).toContain("|1.4.2>");
  });

  test("whatever the address and the label: one link to http or https, or harmless text", () => {
    const scheme = fc.constantFrom(
      "https://",
      "http://",
      "https://ci.example/",
      "https://x?",
      "javascript:",
      "",
    );
    fc.assert(
      fc.property(scheme, hostile, hostile, (start, rest, label) => {
        const result = link(start + rest, label);
        if (result === escaped(label)) return;
        const { host } = new URL(start + rest);
        expect(isHarmless(result.replace(/<https?:\/\/[^|<>\s]+\|[^|<>]*>/, ""))).toBe(true);
        const [, target = "", label_ = ""] = /<(https?:\/\/[^|<>\s]+)\|([^|<>]*)>/.exec(result) ?? [];
        if (target === "") return;
        expect(isHarmless(target) && isHarmless(label_)).toBe(true);
        expect(new URL(unescaped(target)).host).toBe(host);
        expect(new URL(unescaped(target)).username).toBe("");
        expect(shownText(result)).toContain(host.slice(-59));
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each([
  ["https://git.example.com@evil.example/x", "CI run", "<https://evil.example/x|CI run> (evil.example)"],
  ["https://user:pass@host.example/", "1.4.2", "<https://host.example/|1.4.2> (host.example)"],
  ["https://bücher.example/", "CI", "<https://xn--bcher-kva.example/|CI> (xn--bcher-kva.example)"],
  ["https://ci.example:8443/", "ci.example:8443", "<https://ci.example:8443/|ci.example:8443>"],
  ["https://a*b*.example/", "CI", "<https://a*b*.example/|CI> (a<!date^0^{_}|*>b<!date^0^{_}|*>.example)"],
])("%s as %s shows where it leads", (address, label, expected) => {
  expect(link(address, label)).toBe(expected);
});

test("a link of Signoff's own needs no host", () => {
  expect(ownLink("https://signoff.example/r/1", "Open the card")).toBe(
    "<https://signoff.example/r/1|Open the card>",
  );
  expect(ownLink("javascript:alert(1)", "Open the card")).toBe("Open the card");
});

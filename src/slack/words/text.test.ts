import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  cutName,
  cutTo,
  escaped,
  escapeWithin,
  isolated,
  link,
  moment,
  nameList,
  plain,
  textLimits,
  unescaped,
} from "./text.ts";

const graphemes = (text: string): string[] =>
  [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);

/** Text as people and machines type it: mentions, entities, emoji of many parts, right-to-left, broken surrogates. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<!channel>",
        "<@U1>",
        "<https://x|y>",
        "&",
        "&amp;",
        "&lt",
        "|",
        ">",
        "<",
        "…",
        "\n",
        "%",
        "%2F",
      ),
      fc.constantFrom(
        "👩‍👩‍👧‍👦",
        "🇦🇹",
        "👍🏽",
        "é",
        "אבג",
        "\u202e",
        "a\u0301\u0302",
        "\ud83d",
        "\udc69",
        "नि",
      ),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));
const limit = fc.integer({ min: 1, max: 120 });

/** Whether nothing in mrkdwn comes alive: no bare angle bracket, and every ampersand begins an entity. */
const harmless = (text: string): boolean => !/[<>]|&(?!(amp|lt|gt);)/.test(text);

describe("escaping", () => {
  test.each([
    ["Tom & Jerry", "Tom &amp; Jerry"],
    ["<!channel>", "&lt;!channel&gt;"],
    ["<@U1> <https://x|y>", "&lt;@U1&gt; &lt;https://x|y&gt;"],
    ["&amp;", "&amp;amp;"],
    ["", ""],
  ])("%j becomes %j", (text, expected) => {
    expect(escaped(text)).toBe(expected);
    expect(unescaped(expected)).toBe(text);
  });

  test("whatever was escaped is harmless, and reads as it was written", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(harmless(escaped(text))).toBe(true);
        expect(unescaped(escaped(text))).toBe(text);
      }),
    );
  });
});

describe("cutting", () => {
  test.each([
    ["short enough", 12, "short enough"],
    ["one too many", 11, "one too ma…"],
    ["ab👩‍👩‍👧‍👦", 10, "ab…"],
    ["ab👍🏽cd", 6, "ab…"],
    ["ab👍🏽cd", 7, "ab👍🏽…"],
    ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5, "…"],
  ])("%j to %i is %j", (text, most, expected) => {
    expect(cutTo(text, most)).toBe(expected);
  });

  test.each([
    ["a & b", 9, "a &amp; b"],
    ["a & b", 8, "a &amp;…"],
    ["a & b", 7, "a …"],
    ["<<<", 9, "&lt;&lt;…"],
    ["<!channel>", 100, "&lt;!channel&gt;"],
  ])("escaped, %j to %i is %j", (text, most, expected) => {
    expect(escapeWithin(text, most)).toBe(expected);
  });

  test.each([
    ["plain", cutTo, (text: string) => text],
    ["escaped", escapeWithin, escaped],
  ])("%s: as many whole graphemes as fit, never half an entity", (_, cut, as) => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        const result = cut(text, most);
        expect(result.length).toBeLessThanOrEqual(most);
        if (as(text).length <= most) {
          expect(result).toBe(as(text));
          return;
        }
        expect(result.endsWith("…")).toBe(true);
        const parts = graphemes(text).map(as);
        let kept = "";
        while (parts[0] !== undefined && (kept + parts[0]).length < most) kept += parts.shift();
        expect(result).toBe(`${kept}…`);
      }),
      { numRuns: 500 },
    );
  });

  test("escaped text is harmless wherever it was cut", () => {
    fc.assert(fc.property(hostile, limit, (text, most) => harmless(escapeWithin(text, most))));
  });
});

describe("plain text", () => {
  test("nothing in it is changed; an empty one becomes a blank, which Slack takes", () => {
    expect(plain("<!channel> & *bold*")).toEqual({
      type: "plain_text",
      text: "<!channel> & *bold*",
      emoji: true,
    });
    expect(plain("").text).toBe(" ");
    expect(plain("x".repeat(4_000)).text).toHaveLength(textLimits.section);
    expect(plain("x".repeat(4_000), textLimits.button).text).toHaveLength(textLimits.button);
  });
});

describe("links", () => {
  test.each([
    ["https://ci.example/orders/121", "<https://ci.example/orders/121|1.4.2>"],
    ["HTTP://ci.example/a", "<http://ci.example/a|1.4.2>"],
    ["https://ci.example/?a=1&b=2", "<https://ci.example/?a=1&amp;b=2|1.4.2>"],
    ["https://ci.example/a b", "<https://ci.example/a%20b|1.4.2>"],
    ["https://ci.example/a%20b", "<https://ci.example/a%20b|1.4.2>"],
    ["https://git.example/tree/feature%2Fretry", "<https://git.example/tree/feature%2Fretry|1.4.2>"],
    [
      "https://ci.example/?next=https%3A%2F%2Fx%3Fa%26b",
      "<https://ci.example/?next=https%3A%2F%2Fx%3Fa%26b|1.4.2>",
    ],
    ["https://ci.example/100%", "<https://ci.example/100%|1.4.2>"],
    ["https://ci.example/ü", "<https://ci.example/%C3%BC|1.4.2>"],
    ["https://ci.example/a|b>c<d", "<https://ci.example/a%7Cb%3Ec%3Cd|1.4.2>"],
    ["https://ci.example/#a|<!channel>", "<https://ci.example/#a%7C%3C!channel%3E|1.4.2>"],
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
    ["a|b", "<https://x/|a¦b>"],
    ["a>b<c&d", "<https://x/|a&gt;b&lt;c&amp;d>"],
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
        const parts = /^<(https?:\/\/[^|<>\s]+)\|([^|<>]*)>$/.exec(result);
        expect(parts).not.toBeNull();
        expect(harmless(parts?.[1] ?? "<") && harmless(parts?.[2] ?? "<")).toBe(true);
        expect(new URL(unescaped(parts?.[1] ?? "")).host).toBe(new URL(start + rest).host);
      }),
      { numRuns: 1_000 },
    );
  });
});

test("a moment is shown in the reader's own time zone, or else in UTC", () => {
  expect(moment(new Date("2026-03-02T09:05:59.900Z"))).toBe(
    "<!date^1772442359^{date_short_pretty} at {time}|2026-03-02 09:05 UTC>",
  );
});

test.each([
  [[], undefined, ""],
  [["Bob"], undefined, "Bob"],
  [["Bob", "Carol"], undefined, "Bob and Carol"],
  [["Bob", "Carol", "Dana"], undefined, "Bob, Carol and Dana"],
  [["A", "B", "C", "D", "E", "F"], undefined, "A, B, C, D, E and F"],
  [["A", "B", "C", "D", "E", "F", "G"], undefined, "A, B, C, D, E and 2 others"],
  [["A", "B", "C", "D"], 2, "A, B and 2 others"],
  [["A", "B", "C"], 2, "A, B and C"],
])("the names %j, at most %s, read as %j", (names, most, expected) => {
  expect(nameList(names, most)).toBe(expected);
});

test.each([
  ["Orders Sync", "Orders Sync"],
  ["Überweisung 订单 👩‍👩‍👧‍👦", "Überweisung 订单 👩‍👩‍👧‍👦"],
  ["الطلبات 3", "\u2068الطلبات 3\u2069"],
  ["אבג", "\u2068אבג\u2069"],
  ["gpj.\u202eexe", "gpj.exe"],
  ["\u2069\u2067אבג\u202c", "\u2068אבג\u2069"],
])("in a line of ours the name %j keeps its direction to itself", (name, expected) => {
  expect(isolated(name)).toBe(expected);
});

test.each([
  ["1.4.2", 60, "1.4.2"],
  [`registry.example.com/team/app@sha256:${"3f1c9a0d2b4e".repeat(5)}`, 60, "app@sha256:3f1c9a0d2b4e…"],
  [
    `registry.example.com:5000/app:1.4.2@sha256:${"3f1c9a0d2b4e".repeat(5)}`,
    40,
    "app:1.4.2@sha256:3f1c9a0d2b4e…",
  ],
  [`r/${"long-".repeat(9)}name@sha256:${"3f1c9a0d2b4e".repeat(5)}`, 30, "long-lon…@sha256:3f1c9a0d2b4e…"],
  ["app@sha256:3f1c9a0d2b4e…", 20, "app@sha256:3f1c9a0d…"],
  ["x".repeat(70), 60, `${"x".repeat(59)}…`],
])("a name is cut where it says least: %s within %i", (name, limit, cut) => {
  expect(cutName(name, limit)).toBe(cut);
  expect(cutName(name, limit).length).toBeLessThanOrEqual(limit);
});

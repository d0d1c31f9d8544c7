import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostile, isHarmless, shownText } from "../../../test/support/hostile-text.ts";
import { code, cutMrkdwn, cutTo, escaped, escapeWithin, hasFormatting, unescaped } from "./escape.ts";

const graphemes = (text: string): string[] =>
  [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text)].map(({ segment }) => segment);

const limit = fc.integer({ min: 1, max: 120 });

const asIs = (run: string) => `<!date^0^{_}|${run}>`;

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

  test.each([
    ["*Approved*", `${asIs("*")}Approved${asIs("*")}`],
    ["**_~", asIs("**_~")],
    ["a*b", `a${asIs("*")}b`],
    ["```\n*", `${asIs("`")}${asIs("`")}${asIs("`")}\n${asIs("*")}`],
    ["`rm -rf`", `${asIs("`")}rm -rf${asIs("`")}`],
    ["_final_", `${asIs("_")}final${asIs("_")}`],
    ["~gone~ ~/x", `${asIs("~")}gone${asIs("~")} ${asIs("~")}/x`],
    ["＊wide＊", `${asIs("＊")}wide${asIs("＊")}`],
    ["*️⃣ key", `${asIs("*️⃣")} key`],
    ["> said", "\u00ad&gt; said"],
    ["a > b\n> c", "a &gt; b\n\u00ad&gt; c"],
    ["orders_sync_v2", "orders_sync_v2"],
    ["1.4.2~rc1", "1.4.2~rc1"],
    [":white_check_mark:", ":white_check_mark:"],
  ])("%j is drawn as it was written", (text, expected) => {
    expect(escaped(text)).toBe(expected);
    expect(shownText(expected)).toBe(text);
    expect(hasFormatting(text)).toBe(expected.includes("<!date"));
  });

  test("whatever was escaped is harmless, and reads as it was written", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(isHarmless(escaped(text))).toBe(true);
        expect(shownText(escaped(text))).toBe(text);
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

  test("plain: as many whole graphemes as fit", () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        const result = cutTo(text, most);
        expect(result.length).toBeLessThanOrEqual(most);
        if (text.length <= most) {
          expect(result).toBe(text);
          return;
        }
        const parts = graphemes(text);
        let kept = "";
        while (parts[0] !== undefined && (kept + parts[0]).length < most) kept += parts.shift();
        expect(result).toBe(`${kept}…`);
      }),
      { numRuns: 500 },
    );
  });

  test("escaped: whole graphemes of the text, within the limit, and never half an entity", () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        const result = escapeWithin(text, most);
        expect(result.length).toBeLessThanOrEqual(most);
        if (escaped(text).length <= most) {
          expect(result).toBe(escaped(text));
          return;
        }
        expect(result.endsWith("…")).toBe(true);
        const kept = shownText(result).slice(0, -1);
        expect(text.startsWith(kept)).toBe(true);
        expect(graphemes(text).slice(0, graphemes(kept).length).join("")).toBe(kept);
      }),
      { numRuns: 500 },
    );
  });

  test("escaped text is harmless wherever it was cut", () => {
    fc.assert(fc.property(hostile, limit, (text, most) => isHarmless(escapeWithin(text, most))));
  });
});

describe("mrkdwn that is too long", () => {
  test.each([
    ["a &amp; b", 8, "a &amp;…"],
    ["a &amp; b", 7, "a …"],
    ["ab <!date^0^{_}|*> c", 12, "ab …"],
    ["<https://x|y> and", 15, "<https://x|y> …"],
    ["short", 5, "short"],
  ])("%j to %i is %j", (text, most, expected) => {
    expect(cutMrkdwn(text, most)).toBe(expected);
  });

  test("is never cut inside a sequence, an entity, or a grapheme", () => {
    fc.assert(
      fc.property(hostile, limit, (text, most) => {
        const whole = escaped(text);
        const result = cutMrkdwn(whole, most);
        expect(result.length).toBeLessThanOrEqual(most);
        expect(isHarmless(result)).toBe(true);
        if (whole.length <= most) {
          expect(result).toBe(whole);
          return;
        }
        expect(whole.startsWith(result.slice(0, -1))).toBe(true);
      }),
    );
  });
});

test.each([
  ["7e516c0", 40, "`7e516c0`"],
  ["a`b\nc", 40, "`a'b c`"],
  ["<*_&>", 40, "`&lt;*_&amp;&gt;`"],
  ["&&&&", 11, "`&amp;&amp;…`"],
  ["", 40, ""],
])("%j as code of %i characters is %j", (text, most, expected) => {
  expect(code(text, most)).toBe(expected);
});

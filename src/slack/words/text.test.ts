import { describe, expect, test } from "vitest";
import { cutName, isolated, joinWithin, moment, nameList, plain, textLimits } from "./text.ts";

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
  ["Pay\n✅ *Approved*", "Pay ✅ *Approved*"],
  ["\u200b", "(no name)"],
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

describe("lists that would be too long once they are escaped", () => {
  const amps = Array.from({ length: 10 }, (_, i) => `${i}`.padEnd(60, "&"));
  test.each([
    [amps, 5, 900, `${amps[0]}, ${amps[1]} and 8 others`],
    [amps, 5, 100, `${amps[0]} and 9 others`],
    [amps.slice(0, 2), 5, 100, `${amps[0]} and 1 other`],
    [amps.slice(0, 1), 5, 100, amps[0]],
  ])("%#: as many names as fit, and how many others", (names, most, limit, expected) => {
    expect(nameList(names, most, limit)).toBe(expected);
  });

  test("parts are joined as far as they fit", () => {
    const more = (rest: number) => `and ${rest} more`;
    expect(joinWithin(["a", "b"], ", ", 4, more)).toBe("a, b");
    expect(joinWithin(["aaaa", "bbbb", "cccccc"], ", ", 17, more)).toBe("aaaa, and 2 more");
    expect(joinWithin(["a", "b", "c"], ", ", 100, more, 2)).toBe("a, b, and 1 more");
    expect(joinWithin([], ", ", 10, more)).toBe("");
  });
});

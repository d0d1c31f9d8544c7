/** @jsxImportSource hono/jsx */
import fc from "fast-check";
import { expect, test } from "vitest";
import { escaped } from "../../../src/slack/words/escape.ts";
import { hostile } from "../../../test/support/hostile-text.ts";
import type { Reader } from "./reader.ts";
import { Mrkdwn, Text } from "./render-mrkdwn.tsx";

const reader: Reader = {
  userId: "U1",
  tz: "Asia/Kolkata",
  now: new Date("2026-03-10T12:00:00Z"),
  nameOf: (id) => (id === "U1" ? "Ada Admin" : undefined),
  channelName: () => undefined,
};

const draw = (text: string) => String(<Mrkdwn text={text} reader={reader} />);
const plain = (text: string) => String(<Text of={{ type: "plain_text", text }} reader={reader} />);

test.each([
  ["*bold* _it *both*_ ~no~", "<strong>bold</strong> <em>it <strong>both</strong></em> <s>no</s>"],
  ["2*3*4 and snake_case_name", "2*3*4 and snake_case_name"],
  ["`*as is* &lt;b&gt;`", "<code>*as is* &lt;b&gt;</code>"],
  ["a\n&gt; said\n&gt; *twice*\nb", "<blockquote>said\n<strong>twice</strong></blockquote>"],
  ["x\n```\n*a*\n  b\n```\ny", "<pre>*a*\n  b</pre>"],
  ["<@U1> <!here>", '<span class="mention">@Ada Admin</span> <span class="mention broadcast">@here</span>'],
  ["<https://a.example/x_y_z?a=1&amp;b=2|the *link*>", 'href="https://a.example/x_y_z?a=1&amp;b=2"'],
  [":rocket: :nothing_such:", "🚀 :nothing_such:"],
  ["&lt;https://a.example/x&gt; b", ">https://a.example/x</a>&gt; b"],
])("mrkdwn %j is drawn as Slack draws it", (text, part) => {
  expect(draw(text)).toContain(part);
});

test.each([
  ["&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  ["<javascript:alert(1)|press>", "&lt;javascript:alert(1)|press&gt;"],
  ["&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"],
])("hostile mrkdwn %j stays text", (text, part) => {
  expect(draw(text)).toContain(part);
});

test("plain text is shown exactly as it is", () => {
  const text = "*no* <!channel> & <https://x|y>\n:rocket: `x`";
  expect(plain(text)).toBe(
    '<span class="plain">*no* &lt;!channel&gt; &amp; &lt;https://x|y&gt;\n:rocket: `x`</span>',
  );
});

test.each([
  ["2026-03-10T20:00:00Z", "{date_short_pretty} at {time}", "Tomorrow at 1:30 AM"],
  ["2026-03-10T08:00:00Z", "{date_short_pretty} at {time}", "Today at 1:30 PM"],
  ["2026-03-08T20:00:00Z", "{date_pretty}", "Yesterday"],
  ["2026-03-01T08:00:00Z", "{date_long}", "Sunday, March 1st"],
  ["2024-02-22T08:00:00Z", "{date} {date_num} {nothing}", "February 22nd, 2024 2024-02-22 {nothing}"],
])("the moment %s as %s is shown in the reader's time zone", (at, pattern, words) => {
  const seconds = Date.parse(at) / 1000;
  expect(draw(`<!date^${seconds}^${pattern}|fallback>`)).toContain(`>${words}</time>`);
});

test("a moment that is none shows its fallback", () => {
  expect(draw("<!date^soon^{date}|some day>")).toContain("some day");
});

test("a date that cannot be formatted is shown as its fallback, as it is", () => {
  expect(draw("<!date^0^{_}|*>bold<!date^0^{_}|*>")).toContain("*bold*");
});

test.each(["by _Eve_ `Dev`", "`a` and `b`", "```block```", "*x* ~y~ `z` <!here>"])(
  "people's text is all there: %s",
  (text) => {
    const html = String(<Mrkdwn text={escaped(text)} reader={reader} links={false} />);
    const shown = html
      .replace(/<[^>]+>/g, "")
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">");
    expect(shown).toBe(text);
  },
);

test("people's text that Signoff escaped is drawn without any formatting, whatever it is", () => {
  const verbatim = (text: string) => String(<Mrkdwn text={text} reader={reader} links={false} />);
  fc.assert(
    fc.property(hostile, (text) => {
      for (const part of [escaped(text), `a ${escaped(text)} b`]) {
        expect(verbatim(part)).not.toMatch(/<(strong|em|s|code|pre|blockquote|a|span)\b/);
      }
      const tags = verbatim(`*${escaped(`x${text.replace(/\s+/g, " ")}x`)}*`).match(/<[a-z]+\b[^>]*>/g);
      expect(tags).toEqual(['<div class="mrkdwn">', "<div>", "<strong>"]);
    }),
    { numRuns: 1_000 },
  );
});

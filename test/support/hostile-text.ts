import fc from "fast-check";
import { unescaped } from "../../src/slack/words/escape.ts";

/** Text as people and machines type it: mentions, entities, markers, emoji of many parts, right-to-left, broken surrogates. */
export const hostile = fc
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
        "*",
        "_",
        "~",
        "`",
        "＊",
        "a_b",
        "*bold*",
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

/** Returns what Slack shows of escaped text. */
export const shownText = (mrkdwn: string): string =>
  unescaped(mrkdwn.replace(/<!date\^0\^\{_\}\|([^<>|]+)>/g, "$1").replace(/^\u00ad(?=&gt;|＞)/gm, ""));

/** Returns whether nothing in mrkdwn comes alive: no other angle bracket, and every ampersand begins an entity. */
export const isHarmless = (mrkdwn: string): boolean =>
  !/[<>]|&(?!(amp|lt|gt);)/.test(mrkdwn.replace(/<!date\^0\^\{_\}\|[^<>|]+>/g, ""));

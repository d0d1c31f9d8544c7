/** The emoji that are common in app messages. Other short names are shown as written. */
const signs: Record<string, string> = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  ballot_box_with_check: "☑️",
  x: "❌",
  no_entry: "⛔",
  no_entry_sign: "🚫",
  warning: "⚠️",
  information_source: "ℹ️",
  question: "❓",
  exclamation: "❗",
  rocket: "🚀",
  tada: "🎉",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  alarm_clock: "⏰",
  lock: "🔒",
  unlock: "🔓",
  key: "🔑",
  eyes: "👀",
  wave: "👋",
  speech_balloon: "💬",
  thought_balloon: "💭",
  thumbsup: "👍",
  "+1": "👍",
  thumbsdown: "👎",
  "-1": "👎",
  ok_hand: "👌",
  raised_hands: "🙌",
  pray: "🙏",
  fire: "🔥",
  boom: "💥",
  bug: "🐛",
  wrench: "🔧",
  gear: "⚙️",
  package: "📦",
  label: "🏷️",
  link: "🔗",
  memo: "📝",
  clipboard: "📋",
  calendar: "📅",
  bell: "🔔",
  mega: "📣",
  email: "📧",
  point_right: "👉",
  arrow_right: "➡️",
  arrow_up: "⬆️",
  arrows_counterclockwise: "🔄",
  red_circle: "🔴",
  large_green_circle: "🟢",
  large_yellow_circle: "🟡",
  large_blue_circle: "🔵",
  white_circle: "⚪",
  star: "⭐",
  sparkles: "✨",
  smile: "😄",
  slightly_smiling_face: "🙂",
  thinking_face: "🤔",
};

const codes = new Map(Object.entries(signs).map(([name, sign]) => [sign, name] as const));
const anySign = new RegExp([...codes.keys()].sort((a, b) => b.length - a.length).join("|"), "gu");

/** Replaces these emoji with their short names, as Slack does in what a person types. */
export const withEmojiCodes = (text: string) => text.replace(anySign, (sign) => `:${codes.get(sign)}:`);

/** Replaces short names such as `:rocket:` with emoji. */
export const withEmoji = (text: string) =>
  text.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) =>
    Object.hasOwn(signs, name) ? (signs[name] ?? whole) : whole,
  );

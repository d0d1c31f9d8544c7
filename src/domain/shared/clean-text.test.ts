import { describe, expect, test } from "vitest";
import { cleanName, isCleanName } from "./clean-text.ts";

const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
const england = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}";

describe("names are on one line and hide nothing", () => {
  test.each([
    ["a line break", "Pay\n✅ *Approved by Bob Reviewer*", "Pay ✅ *Approved by Bob Reviewer*"],
    ["a tab", "Pay\tments", "Pay ments"],
    ["a line separator", "Pay\u2028ments", "Pay ments"],
    ["a next line", "Pay\u0085ments", "Pay ments"],
    ["a bell", "Pay\u0007ments", "Payments"],
    ["a right-to-left override", "Pay\u202ements", "Payments"],
    ["an isolate", "\u2066Pay\u2069", "Pay"],
    ["a zero-width space", "Pay\u200bments", "Payments"],
    ["a byte order mark", "\ufeffPay", "Pay"],
    ["a soft hyphen", "Pay\u00adments", "Payments"],
    ["a filler", "Pay\u3164ments", "Payments"],
    ["a joiner at the end", "Pay\u200d", "Pay"],
    ["a joiner beside a space", "Pay \u200dments", "Pay ments"],
    ["tags without a flag", "Pay\u{e0061}ments", "Payments"],
  ])("%s is refused in a new name and cleaned from a foreign one", (_, text, cleaned) => {
    expect(isCleanName(text)).toBe(false);
    expect(cleanName(text)).toBe(cleaned);
    expect(isCleanName(cleaned)).toBe(true);
  });

  test.each([
    ["plain text", "Orders Sync"],
    ["accents and other scripts", "Zażółć 注文 الطلبات"],
    ["a joined emoji", `Family ${family} app`],
    ["a flag of tags", `${england} Orders`],
    ["an emoji with a variation selector and a skin tone", "❤️ 👍🏽"],
    ["a joiner inside a word", "क्‍ष می‌خواهم"],
    ["a private-use character", "\ue000 Orders"],
  ])("%s is taken as it is", (_, text) => {
    expect(isCleanName(text)).toBe(true);
    expect(cleanName(text)).toBe(text);
  });
});

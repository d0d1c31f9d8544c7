import { expect, test } from "vitest";
import { checkName, nameLimit } from "./check-name.ts";

const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";

test.each([["Orders Sync"], [`Family ${family} app`], ["می\u200cخواهم"], ["x".repeat(nameLimit)]])(
  "the new name %j is accepted",
  (name) => {
    expect(checkName("project", name)).toEqual({ ok: true, value: null });
  },
);

test.each([
  ["a line break", "Pay\n✅ *Approved by Bob Reviewer*", "hidden"],
  ["a direction character", "Pay\u202ements", "hidden"],
  ["an invisible operator", "Pay\u2063ments", "hidden"],
  ["an interlinear annotation", "Pay\ufff9ments", "hidden"],
  ["a vertical tab", "Pay\u000bments", "hidden"],
  ["a Mongolian vowel separator", "Pay\u180ements", "hidden"],
  ["nothing", "", "empty"],
  ["only spaces", "\u2003 \u00a0", "empty"],
  ["only blank Braille", "\u2800\u2800", "empty"],
  ["one character too many", "x".repeat(nameLimit + 1), "too-long"],
])("a new name with %s is refused", (_, name, why) => {
  const refusal = { code: "name-unusable", what: "role", why, name, limit: nameLimit };
  expect(checkName("role", name)).toEqual({ ok: false, refusal });
  expect(checkName("role", name, "Reviewer")).toEqual({ ok: false, refusal });
});

test("a stored name that stays as it is is not checked", () => {
  const stored = "Pay\n✅ Approved";
  expect(checkName("project", stored, stored).ok).toBe(true);
  expect(checkName("project", `${stored}!`, stored).ok).toBe(false);
});

import { expect, test } from "vitest";
import { sameName } from "./same-name.ts";

test.each([
  ["Orders", "orders", true],
  [" Orders  Sync ", "orders sync", true],
  ["Orders", "Order", false],
  ["Cafe\u0301", "café", true],
  ["Orders", "Or\u200dders", true],
  ["Orders", "Orders\ufe0f", true],
  ["Orders", "Ord\u00aders", true],
  ["Orders\nSync", "Orders Sync", true],
  ["Straße", "STRASSE", true],
  ["ＯＲＤＥＲＳ", "orders", true],
  ["ﬁnance", "Finance", true],
  ["Orders Sync", "OrdersSync", false],
])("%j and %j are the same name: %s", (one, other, same) => {
  expect(sameName(one, other)).toBe(same);
  expect(sameName(other, one)).toBe(same);
});

import { expect, test } from "vitest";
import { compareVersions, isLowerVersion } from "./version-order.ts";

const signOf = (order: number | null) => (order === null ? null : Math.sign(order));

test.each([
  ["1.4.2", "1.4.10", -1],
  ["v2.0", "1.9.9", 1],
  ["1.4", "1.4.0", 0],
  ["41", "42", -1],
  ["1.4.2-rc.1", "1.4.2", -1],
  ["1.4.2-rc.2", "1.4.2-rc.10", -1],
  ["1.4.2-1", "1.4.2-rc", -1],
  ["1.4.2-rc", "1.4.2-rc.1", -1],
  ["1.4.2+7", "1.4.2+8", 0],
  ["20261130235959000001", "20261130235959000002", -1],
  ["release-2", "release-1", null],
  ["1.4.2", "latest", null],
  ["registry.example/app@sha256:01", "registry.example/app@sha256:02", null],
])("%s compared with %s: %s", (one, other, sign) => {
  expect(signOf(compareVersions(one, other))).toBe(sign);
  expect(signOf(compareVersions(other, one))).toBe(sign === null ? null : sign === 0 ? 0 : -sign);
});

test("a single number is never lower: it may count builds", () => {
  expect([
    isLowerVersion("1.4.1", "v1.4.2"),
    isLowerVersion("41", "42"),
    isLowerVersion("1.0", "99"),
  ]).toEqual([true, false, false]);
});

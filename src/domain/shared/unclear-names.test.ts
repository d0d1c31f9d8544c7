import { expect, test } from "vitest";
import { findUnclearNames, type StoredName } from "./unclear-names.ts";

const named = (what: StoredName["what"], name: string, scope: string | null = null): StoredName => ({
  ...{ what, name, scope },
  path: null,
});

test("names with line breaks or characters that nobody sees are found, of every kind", () => {
  const odd = [
    named("project", "Pay\n✅ *Approved by Bob*"),
    named("environment", "Pro\u202educ", "pay"),
    named("token", "CI\u200b"),
  ];
  expect(
    findUnclearNames([...odd, named("role", "Ops 👩‍💻"), named("integration", "नमस्ते‍", "pay")]).hidden,
  ).toEqual(expect.arrayContaining(odd));
});

test("names are the same if only case or spaces differ, within the project of an environment", () => {
  const same = [
    [named("role", "Release Managers"), named("role", "release  managers")],
    [named("environment", "Dev", "legacy"), named("environment", "dev", "legacy")],
  ];
  const names = [...same.flat(), named("environment", "Dev", "commerce"), named("project", "Dev")];
  expect(findUnclearNames(names)).toEqual({ hidden: [], same });
});

import { describe, expect, test } from "vitest";
import {
  mapOptions,
  type OptionDefinition,
  optionDefinitions,
  optionNames,
} from "../domain/workflow/options.ts";
import { defaultOptions } from "../domain/workflow/workflow.ts";
import { seedOptions, storedOption, workflowOptions } from "./workflow-options.ts";

describe("stored options", () => {
  test("parse to themselves", () => {
    expect(workflowOptions.parse(defaultOptions)).toEqual(defaultOptions);
  });

  const required = [
    "v",
    "cardsTo",
    ...optionNames.filter((name) => !("whenAbsent" in optionDefinitions[name])),
  ];

  test.each(required)("are refused without %s", (name) => {
    expect(workflowOptions.safeParse({ ...defaultOptions, [name]: undefined }).success).toBe(false);
  });

  test("may hold a number above the limit for new values, but not below", () => {
    const defined: OptionDefinition = { kind: "number", unit: "day", min: 1, max: 9, default: 3 };
    expect([0, 1, 9, 10, 1.5].map((value) => storedOption(defined).safeParse(value).success)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("an option that was added later", () => {
  test.each<[OptionDefinition, unknown]>([
    [{ kind: "flag", default: true, whenAbsent: false }, false],
    [{ kind: "number", unit: "day", min: 1, max: 9, default: 3, whenAbsent: 9 }, 9],
    [{ kind: "choice", values: ["a", "b"], default: "a", whenAbsent: "b" }, "b"],
  ])("takes its value for earlier versions: %o", (definition, expected) => {
    expect(storedOption(definition).parse(undefined)).toBe(expected);
  });
});

test("every default is within the limits of its option", () => {
  const checked = mapOptions((name, definition) => seedOptions[name].safeParse(definition.default));
  expect(Object.values(checked).filter(({ success }) => !success)).toEqual([]);
});

import type { Json } from "../types.ts";
import { isJson, textOf } from "./elements.ts";
import type { LimitName, RuleName } from "./limits.ts";
import { limits } from "./limits.ts";

/** One thing that Slack would refuse, with its JSON pointer, such as "/blocks/0/text/text". */
export type Problem = { rule: RuleName; pointer: string; message: string };
export type Problems = Generator<Problem>;

export const problem = (rule: RuleName, pointer: string, message: string): Problem => ({
  rule,
  pointer,
  message,
});

export function* atMost(limit: LimitName, size: number, pointer: string): Problems {
  const { max, unit } = limits[limit];
  if (size <= max) return;
  const items = unit === "items";
  yield problem(
    limit,
    pointer,
    items ? `no more than ${max} items allowed` : `must be less than ${max + 1} ${unit}`,
  );
}

export function* string(value: unknown, pointer: string, limit?: LimitName): Problems {
  if (typeof value !== "string") return yield problem("wrongType", pointer, "must be a string");
  if (limit) yield* atMost(limit, value.length, pointer);
}

export function* oneOf(value: unknown, pointer: string, allowed: readonly string[]): Problems {
  if (typeof value !== "string" || !allowed.includes(value))
    yield problem("wrongType", pointer, `must be a valid enum value: ${allowed.join(", ")}`);
}

const noText = "must be more than 0 characters";
const noObject = "must provide an object";

/**
 * Checks a text object of one of these kinds. The length is counted in UTF-16 units, which is never less than
 * Slack's count.
 */
export function* text(
  value: unknown,
  pointer: string,
  kinds: readonly string[],
  limit: LimitName = "textObject",
): Problems {
  if (!isJson(value)) return yield problem("wrongType", pointer, noObject);
  if (!kinds.includes(textOf(value.type)))
    return yield problem("textKind", `${pointer}/type`, `must be ${kinds.join(" or ")}`);
  const extra = value.type === "mrkdwn" ? "verbatim" : "emoji";
  yield* onlyKeys(value, ["type", "text", extra], pointer);
  yield* string(value.text, `${pointer}/text`, limit);
  if (value.text === "") yield problem("emptyText", `${pointer}/text`, noText);
}

export function* onlyKeys(value: Json, known: readonly string[], pointer: string): Problems {
  for (const key of Object.keys(value))
    if (!known.includes(key)) yield problem("unknownField", pointer, `invalid additional property: ${key}`);
}

export function* requireKeys(value: Json, keys: readonly string[], pointer: string): Problems {
  for (const key of keys)
    if (value[key] === undefined || value[key] === null)
      yield problem("requiredField", pointer, `missing required field: ${key}`);
}

/** Checks for an array with at least one item. */
export function* items(
  value: unknown,
  pointer: string,
  limit: LimitName | undefined,
  each: (item: unknown, at: string) => Problems,
): Problems {
  if (!Array.isArray(value)) return yield problem("wrongType", pointer, "must provide an array");
  if (value.length === 0) yield problem("requiredField", pointer, "no fewer than 1 items allowed");
  if (limit) yield* atMost(limit, value.length, pointer);
  for (const [index, item] of value.entries()) yield* each(item, `${pointer}/${index}`);
}

/** Source: https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */
export function* confirm(value: unknown, pointer: string): Problems {
  if (!isJson(value)) return yield problem("wrongType", pointer, noObject);
  yield* onlyKeys(value, ["title", "text", "confirm", "deny", "style"], pointer);
  yield* requireKeys(value, ["title", "text", "confirm", "deny"], pointer);
  const plain = ["plain_text"];
  if (value.title) yield* text(value.title, `${pointer}/title`, plain, "confirmTitle");
  if (value.text) yield* text(value.text, `${pointer}/text`, ["plain_text", "mrkdwn"], "confirmText");
  if (value.confirm) yield* text(value.confirm, `${pointer}/confirm`, plain, "confirmButton");
  if (value.deny) yield* text(value.deny, `${pointer}/deny`, plain, "confirmButton");
  if (value.style !== undefined) yield* oneOf(value.style, `${pointer}/style`, ["primary", "danger"]);
}

/** Source: https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
export function* option(value: unknown, pointer: string, owner: Json): Problems {
  if (!isJson(value)) return yield problem("wrongType", pointer, noObject);
  // Only radio buttons and checkboxes may use mrkdwn, and only an overflow option may have a url.
  const free = owner.type === "radio_buttons" || owner.type === "checkboxes";
  const kinds = free ? ["plain_text", "mrkdwn"] : ["plain_text"];
  const url = owner.type === "overflow" ? ["url"] : [];
  yield* onlyKeys(value, ["text", "value", "description", ...url], pointer);
  yield* requireKeys(value, ["text", "value"], pointer);
  if (value.text) yield* text(value.text, `${pointer}/text`, kinds, "optionText");
  if (value.description) yield* text(value.description, `${pointer}/description`, kinds, "optionDescription");
  if (value.value !== undefined) yield* string(value.value, `${pointer}/value`, "optionValue");
  if (value.value === "") yield problem("emptyText", `${pointer}/value`, noText);
  if (value.url !== undefined) yield* string(value.url, `${pointer}/url`, "optionUrl");
}

/** Source: https://docs.slack.dev/reference/block-kit/composition-objects/option-group-object */
export function* optionGroup(value: unknown, pointer: string, owner: Json): Problems {
  if (!isJson(value)) return yield problem("wrongType", pointer, noObject);
  yield* onlyKeys(value, ["label", "options"], pointer);
  yield* requireKeys(value, ["label", "options"], pointer);
  if (value.label) yield* text(value.label, `${pointer}/label`, ["plain_text"], "optionGroupLabel");
  if (value.options)
    yield* items(value.options, `${pointer}/options`, "selectOptions", (item, at) => option(item, at, owner));
}

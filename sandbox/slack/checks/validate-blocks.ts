import type { Json } from "../types.ts";
import type { Problem, Problems } from "./composition.ts";
import {
  atMost,
  confirm,
  items,
  oneOf,
  onlyKeys,
  option,
  optionGroup,
  problem,
  requireKeys,
  string,
  text,
} from "./composition.ts";
import { isJson, list, optionsOf, placedElements, textOf } from "./elements.ts";
import type { LimitName } from "./limits.ts";
import type { Field, Shape } from "./shapes.ts";
import { blockShapes, elementShapes, elementsAllowed } from "./shapes.ts";

export type { Problem } from "./composition.ts";

const eitherText = ["plain_text", "mrkdwn"];
const noObject = "must provide an object";

function* fieldsOf(value: Json, shape: Shape, alwaysKnown: readonly string[], pointer: string): Problems {
  yield* onlyKeys(value, [...alwaysKnown, ...Object.keys(shape)], pointer);
  const needed = Object.keys(shape).filter((key) => shape[key]?.required);
  yield* requireKeys(value, needed, pointer);
  for (const [key, field] of Object.entries(shape))
    if (value[key] !== undefined && value[key] !== null)
      yield* fieldOf(value, value[key], field, `${pointer}/${key}`);
}

function* fieldOf(owner: Json, value: unknown, field: Field, pointer: string): Problems {
  const { kind, limit } = field;
  switch (kind) {
    case "any":
      return;
    case "ids":
      return yield* items(value, pointer, limit, (item, at) => string(item, at));
    case "plain":
      return yield* text(value, pointer, ["plain_text"], limit);
    case "text":
      return yield* text(value, pointer, eitherText, limit);
    case "string":
      return yield* field.oneOf ? oneOf(value, pointer, field.oneOf) : string(value, pointer, limit);
    case "boolean":
    case "number":
      return typeof value === kind ? undefined : yield problem("wrongType", pointer, `must be a ${kind}`);
    case "confirm":
      return yield* confirm(value, pointer);
    case "option":
      return yield* option(value, pointer, owner);
    case "options":
      return yield* items(value, pointer, limit, (item, at) => option(item, at, owner));
    case "groups":
      return yield* items(value, pointer, limit, (item, at) => optionGroup(item, at, owner));
    case "fields":
      return yield* items(value, pointer, limit, (item, at) => text(item, at, eitherText, "sectionField"));
    case "elements":
      return yield* items(value, pointer, limit, (item, at) => elementOf(item, at, textOf(owner.type)));
    case "element":
      return yield* elementOf(value, pointer, textOf(owner.type));
    default:
      return kind satisfies never;
  }
}

function* elementOf(value: unknown, pointer: string, blockType: string): Problems {
  if (!isJson(value)) return yield problem("wrongType", pointer, noObject);
  const type = textOf(value.type);
  if (!elementsAllowed[blockType]?.includes(type))
    return yield problem(
      "unsupportedElement",
      `${pointer}/type`,
      `unsupported type: ${type} in ${blockType}`,
    );
  const shape = elementShapes[type];
  if (shape === undefined) return yield* text(value, pointer, eitherText);
  yield* fieldsOf(value, shape, ["type"], pointer);
  if (type === "image") yield* imageSource(value, pointer);
  if ("option_groups" in shape && (value.options === undefined) === (value.option_groups === undefined))
    yield problem("optionsOrGroups", pointer, "must provide either options or option_groups");
  if ("options" in shape) yield* initialOptions(value, pointer);
}

function* initialOptions(element: Json, pointer: string): Problems {
  const identity = (one: Json) => JSON.stringify([one.value, (one.text as Json | undefined)?.text]);
  const offered = optionsOf(element).map(identity);
  for (const one of list([element.initial_option, ...list(element.initial_options)]))
    if (!offered.includes(identity(one)))
      yield problem(
        "initialOption",
        pointer,
        `initial option "${textOf(one.value)}" is not one of the options`,
      );
}

function* imageSource(value: Json, pointer: string): Problems {
  if (!value.image_url && !value.slack_file)
    yield problem("requiredField", pointer, "must provide image_url or slack_file");
}

function* blockOf(value: unknown, pointer: string): Problems {
  if (!isJson(value)) return yield problem("wrongType", pointer, noObject);
  const shape = blockShapes[textOf(value.type)];
  if (shape === undefined)
    return yield problem("unsupportedBlock", `${pointer}/type`, `unsupported type: ${textOf(value.type)}`);
  if (value.block_id !== undefined) yield* string(value.block_id, `${pointer}/block_id`, "blockId");
  yield* fieldsOf(value, shape, ["type", "block_id"], pointer);
  if (value.type === "section" && !value.text && !value.fields)
    yield problem("sectionContent", pointer, "missing required field: text or fields");
  if (value.type === "image") yield* imageSource(value, pointer);
  for (const index of repeated(list(value.elements).map((element) => element.action_id)))
    yield problem(
      "duplicateActionId",
      `${pointer}/elements/${index}/action_id`,
      "`action_id` already exists",
    );
}

/** Returns the positions of ids that occurred before. */
const repeated = (ids: unknown[]) =>
  [...ids.keys()].filter((index) => ids[index] !== undefined && ids.indexOf(ids[index]) < index);

function* blocksOf(value: unknown, pointer: string, limit: LimitName): Problems {
  if (!Array.isArray(value)) return yield problem("blocksFormat", pointer, "must provide an array");
  yield* atMost(limit, value.length, pointer);
  for (const [index, block] of value.entries()) yield* blockOf(block, `${pointer}/${index}`);
  const focused = placedElements(list(value)).filter(({ element }) => element.focus_on_load === true);
  if (focused.length > 1) yield problem("focusOnLoad", pointer, "only one element can have focus_on_load");
  for (const index of repeated(value.map((block: unknown) => (isJson(block) ? block.block_id : undefined))))
    yield problem("duplicateBlockId", `${pointer}/${index}/block_id`, "`block_id` already exists");
}

/** Returns what Slack would refuse in a message's blocks. Empty if it would accept them. */
export function validateMessageBlocks(blocks: unknown): Problem[] {
  return [...blocksOf(blocks, "/blocks", "messageBlocks")];
}

/** Returns what Slack would refuse in the options of an external select. An empty list is valid. */
export function validateOptions(options: unknown): Problem[] {
  if (Array.isArray(options) && options.length === 0) return [];
  const owner = { type: "external_select" };
  return [...items(options, "/options", "selectOptions", (item, at) => option(item, at, owner))];
}

const viewTexts = { title: "viewTitle", submit: "viewSubmit", close: "viewClose" } as const;
const viewStrings = {
  private_metadata: "privateMetadata",
  callback_id: "callbackId",
  external_id: "externalId",
} as const;
const viewFlags = ["type", "blocks", "clear_on_close", "notify_on_close"];
const viewKeys = [...viewFlags, ...Object.keys(viewTexts), ...Object.keys(viewStrings)];

function* viewOf(view: Json, type: "modal" | "home"): Problems {
  if (view.type !== type) yield problem("viewType", "/view/type", `must be ${type}`);
  yield* onlyKeys(view, viewKeys, "/view");
  yield* requireKeys(view, type === "modal" ? ["title", "blocks"] : ["blocks"], "/view");
  for (const [key, limit] of Object.entries(viewTexts))
    if (view[key] !== undefined && view[key] !== null)
      yield* text(view[key], `/view/${key}`, ["plain_text"], limit);
  for (const [key, limit] of Object.entries(viewStrings))
    if (view[key] !== undefined) yield* string(view[key], `/view/${key}`, limit);
  if (view.blocks !== undefined) yield* blocksOf(view.blocks, "/view/blocks", "viewBlocks");
  const hasInput = list(view.blocks).some((block) => block.type === "input");
  if (type === "modal" && hasInput && !view.submit)
    yield problem("submitRequired", "/view", "missing required field: submit (the view has input blocks)");
}

/** Returns what Slack would refuse in a modal or a Home. Source: https://docs.slack.dev/reference/views */
export function validateView(view: Json, type: "modal" | "home"): Problem[] {
  return [...viewOf(view, type)];
}

/**
 * Returns the number of characters in all texts of the blocks, which Slack adds up for msg_blocks_too_long.
 */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isJson(value)) return 0;
  const own = typeof value.text === "string" ? value.text.length : 0;
  return own + Object.values(value).reduce<number>((sum, item) => sum + textLength(item), 0);
}

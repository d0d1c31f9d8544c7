import type { Json } from "../types.ts";
import { isJson, list } from "./elements.ts";

const withTextDefaults = (text: unknown): unknown => {
  if (!isJson(text)) return text;
  if (text.type === "plain_text") return { emoji: true, ...text };
  if (text.type === "mrkdwn") return { verbatim: false, ...text };
  return text;
};

const passive = new Set(["image", "plain_text", "mrkdwn"]);

/** Returns those text fields that the block has, with Slack's defaults. */
const textFields = (block: Json): Json =>
  Object.fromEntries(
    ["text", "label", "hint"]
      .filter((field) => field in block)
      .map((field) => [field, withTextDefaults(block[field])]),
  );

function normalizeElement(value: unknown, freshId: () => string): unknown {
  if (!isJson(value)) return value;
  if (value.type === "plain_text" || value.type === "mrkdwn") return withTextDefaults(value);
  if (passive.has(String(value.type))) return value;
  return {
    ...value,
    action_id: value.action_id ?? freshId(),
    ...("text" in value && { text: withTextDefaults(value.text) }),
  };
}

/**
 * Returns blocks as Slack stores and returns them: with a block_id and action_id where the app set none, and
 * with the default fields of text objects.
 */
export function normalizeBlocks(blocks: Json[], freshId: () => string): Json[] {
  const element = (value: unknown) => normalizeElement(value, freshId);
  return blocks.map((block) => ({
    ...block,
    block_id: block.block_id ?? freshId(),
    ...textFields(block),
    ...("fields" in block && { fields: list(block.fields).map(withTextDefaults) }),
    ...("accessory" in block && { accessory: element(block.accessory) }),
    ...("element" in block && { element: element(block.element) }),
    ...(["actions", "context"].includes(String(block.type)) && {
      elements: list(block.elements).map(element),
    }),
    ...(block.type === "input" && { optional: block.optional ?? false }),
  }));
}

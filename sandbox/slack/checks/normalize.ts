import type { Json } from "../types.ts";
import { isJson, list } from "./elements.ts";

const withTextDefaults = (text: unknown): unknown => {
  if (!isJson(text)) return text;
  if (text.type === "plain_text") return { emoji: true, ...text };
  if (text.type === "mrkdwn") return { verbatim: false, ...text };
  return text;
};

const passive = new Set(["image", "plain_text", "mrkdwn"]);

/**
 * Returns blocks as Slack stores and returns them: with a block_id and action_id where the app set none, and
 * with the default fields of text objects.
 */
export function normalizeBlocks(blocks: Json[], freshId: () => string): Json[] {
  const element = (value: unknown): unknown => {
    if (!isJson(value)) return value;
    if (value.type === "plain_text" || value.type === "mrkdwn") return withTextDefaults(value);
    if (passive.has(String(value.type))) return value;
    return {
      ...value,
      action_id: value.action_id ?? freshId(),
      ...("text" in value && { text: withTextDefaults(value.text) }),
    };
  };
  return blocks.map((block) => {
    const copy: Json = { ...block, block_id: block.block_id ?? freshId() };
    if ("text" in block) copy.text = withTextDefaults(block.text);
    if ("label" in block) copy.label = withTextDefaults(block.label);
    if ("hint" in block) copy.hint = withTextDefaults(block.hint);
    if ("fields" in block) copy.fields = list(block.fields).map(withTextDefaults);
    if ("accessory" in block) copy.accessory = element(block.accessory);
    if ("element" in block) copy.element = element(block.element);
    if (block.type === "actions" || block.type === "context")
      copy.elements = list(block.elements).map(element);
    if (block.type === "input") copy.optional = block.optional ?? false;
    return copy;
  });
}

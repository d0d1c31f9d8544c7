import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/types";

/**
 * Returns the blocks, each with a block_id derived from what its elements do. Without one, Slack makes up a new id each
 * time the view is drawn, and a click made meanwhile would be on a block that no longer exists.
 *
 * A select whose initial option differs gets another id: under the same id, Slack keeps what the person chose.
 * Source: https://docs.slack.dev/reference/block-kit/blocks (block_id: unique in a view, at most 255 characters)
 */
export function withBlockIds(blocks: readonly KnownBlock[]): KnownBlock[] {
  const taken = new Set(blocks.map(({ block_id }) => block_id));
  return blocks.map((block) => {
    const actions = actionsOf(block);
    if (block.block_id !== undefined || actions.length === 0) return block;
    const id = createHash("sha256").update(JSON.stringify(actions)).digest("base64url").slice(0, 22);
    if (taken.has(id)) return block;
    taken.add(id);
    return { ...block, block_id: id };
  });
}

/** Returns what the elements of a block do, without how they look. */
function actionsOf(block: KnownBlock): unknown[] {
  const elements = "elements" in block ? block.elements : "accessory" in block ? [block.accessory] : [];
  return elements.flatMap((element) => {
    if (element === undefined || !("action_id" in element)) return [];
    const { action_id, ...rest } = element;
    return [
      [action_id, "value" in rest ? rest.value : null, "initial_option" in rest ? rest.initial_option : null],
    ];
  });
}

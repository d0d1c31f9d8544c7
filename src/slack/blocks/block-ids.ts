import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/types";

/**
 * Gives each block that has something to press or to choose a block_id of its own, where it has none: the same one
 * whenever it offers the same. Slack makes up a new one at every drawing otherwise, and a click that was made while
 * its view was being drawn again would be on a block that is not there any more.
 *
 * A select that begins with another choice gets another id: Slack keeps what was chosen where the ids stay.
 * Source: https://docs.slack.dev/reference/block-kit/blocks (block_id: unique in a view, 255 characters)
 */
export function withBlockIds(blocks: readonly KnownBlock[]): KnownBlock[] {
  const taken = new Set(blocks.map(({ block_id }) => block_id));
  return blocks.map((block) => {
    const offered = offeredBy(block);
    if (block.block_id !== undefined || offered.length === 0) return block;
    const id = createHash("sha256").update(JSON.stringify(offered)).digest("base64url").slice(0, 22);
    if (taken.has(id)) return block;
    taken.add(id);
    return { ...block, block_id: id };
  });
}

/** What the elements of a block do, without how they look. */
function offeredBy(block: KnownBlock): unknown[] {
  const elements = "elements" in block ? block.elements : "accessory" in block ? [block.accessory] : [];
  return elements.flatMap((element) => {
    if (element === undefined || !("action_id" in element)) return [];
    const { action_id, ...rest } = element;
    return [
      [action_id, "value" in rest ? rest.value : null, "initial_option" in rest ? rest.initial_option : null],
    ];
  });
}

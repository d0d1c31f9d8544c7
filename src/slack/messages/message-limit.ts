import type { KnownBlock, PlainTextElement, SectionBlock } from "@slack/types";
import { cutTo } from "../words/text.ts";

/** Characters in all blocks of a message. Undocumented: Slack refuses more with msg_blocks_too_long (https://github.com/slackapi/bolt-js/issues/2509). */
const messageLimit = 12_000;

type PlainSection = SectionBlock & { text: PlainTextElement };

/**
 * Returns the blocks with people's own words (the plain sections) cut so that the message has at most 12,000 characters.
 * Each section gets an equal share, and what a short one does not use goes to the others. Review Details shows it all.
 */
export function cutToMessageLimit(blocks: readonly KnownBlock[]): KnownBlock[] {
  const words = blocks.filter(isPlainSection).sort((a, b) => a.text.text.length - b.text.text.length);
  let left = messageLimit - textLength(blocks) + textLength(words);
  const shares = new Map<KnownBlock, number>();
  for (const [i, block] of words.entries()) {
    const share = Math.max(1, Math.floor(left / (words.length - i)));
    shares.set(block, share);
    left -= Math.min(share, block.text.text.length);
  }
  return blocks.map((block) => {
    const share = shares.get(block);
    return share === undefined || !isPlainSection(block)
      ? block
      : { ...block, text: { ...block.text, text: cutTo(block.text.text, share) } };
  });
}

function isPlainSection(block: KnownBlock): block is PlainSection {
  return block.type === "section" && block.text?.type === "plain_text";
}

/** Counts the characters of every text object, at any depth. */
function textLength(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  const own = "text" in value && typeof value.text === "string" ? value.text.length : 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + textLength(inner), own);
}

import type { KnownBlock, PlainTextElement, SectionBlock } from "@slack/types";
import { cutTo } from "../words/text.ts";

/** Characters in all blocks of a message. Not in the reference; Slack refuses more with msg_blocks_too_long: https://github.com/slackapi/bolt-js/issues/2509 */
const messageLimit = 12_000;

type Words = SectionBlock & { text: PlainTextElement };

/**
 * Cuts people's own words (plain sections: the message, comments, the reason) so that a message fits as a whole. Each
 * gets the same share, and what a short one leaves is for the others. Review Details has all of it.
 */
export function fitMessage(blocks: readonly KnownBlock[]): KnownBlock[] {
  const words = blocks.filter(isWords).sort((a, b) => a.text.text.length - b.text.text.length);
  let left = messageLimit - textLength(blocks) + textLength(words);
  const shares = new Map<KnownBlock, number>();
  for (const [i, block] of words.entries()) {
    const share = Math.max(1, Math.floor(left / (words.length - i)));
    shares.set(block, share);
    left -= Math.min(share, block.text.text.length);
  }
  return blocks.map((block) => {
    const share = shares.get(block);
    return share === undefined || !isWords(block)
      ? block
      : { ...block, text: { ...block.text, text: cutTo(block.text.text, share) } };
  });
}

function isWords(block: KnownBlock): block is Words {
  return block.type === "section" && block.text?.type === "plain_text";
}

/** The characters of every text object, wherever it stands. */
function textLength(value: unknown): number {
  if (value === null || typeof value !== "object") return 0;
  const { text } = value as { text?: unknown };
  const own = typeof text === "string" ? text.length : 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + textLength(inner), own);
}

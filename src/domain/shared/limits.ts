/**
 * How much a person may type, in characters. Slack's plain_text_input takes 3,000 at most:
 * https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
 */
export const limits = { message: 3000, comment: 3000, reason: 3000 } as const;

/** How many reviewers a card in a channel mentions. */
export const mentionsInChannel = 10;

/** Up to how many requests that wait for somebody's review are counted: counting thousands at each look helps nobody. */
export const countedWaiting = 100;

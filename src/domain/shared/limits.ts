/**
 * The most characters that a person may type. The limit of a Slack plain_text_input is 3,000:
 * https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
 */
export const limits = { message: 3000, comment: 3000, reason: 3000 } as const;

/** The most reviewers that a card in a channel mentions. */
export const mentionsInChannel = 10;

/** The most requests that are counted as waiting for a person's review. Counting thousands on each view would be slow. */
export const countedWaiting = 100;

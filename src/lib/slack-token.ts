/** What people paste in place of a bot token: https://docs.slack.dev/authentication/tokens */
const otherKinds: readonly [pattern: RegExp, what: string][] = [
  [/^bearer\s/i, 'it begins with the word "Bearer", which is not part of a token'],
  [/^xoxe\.xoxb-/, "it expires, because token rotation is on in the Slack app"],
  [/^xoxe\.xoxp-|^xox[ps]-/, "it is the token of a person"],
  [/^xoxe-/, "it is a refresh token"],
  [/^xapp-/, "it is an app-level token (xapp-…), which is for Socket Mode"],
  [/^[0-9a-f]{32}$/i, "it is the signing secret or the client secret of the Slack app"],
  [/^\d+\.\d+$/, "it is the client ID of the Slack app"],
  [/^https?:/i, "it is an address"],
];

/**
 * Returns what a text is that was given as the bot token, as the rest of a sentence that begins with its variable. Returns
 * undefined for a bot token. Never repeats the text, which may be a secret.
 */
export function wrongTokenKind(text: string): string | undefined {
  if (/^xoxb-[\w.-]+$/.test(text)) return undefined;
  const kind = otherKinds.find(([pattern]) => pattern.test(text))?.[1];
  return kind === undefined ? "is not a bot token." : `is not a bot token: ${kind}.`;
}

/** Returns whether a text is a Slack token of any kind. */
export const isSlackToken = (text: string): boolean => /^(xox[a-z]|xapp)[.-]/.test(text);

/** Where the bot token is found. */
export const botTokenHint =
  'the bot token (xoxb-…), the "Bot User OAuth Token" under "OAuth & Permissions" of the Slack app';

/** The scopes that the bot needs, and what for. manifest.yml asks for the same ones. */
const scopes: Record<string, { use: string; essential: boolean }> = {
  commands: { use: "/promote and the other commands", essential: true },
  "chat:write": { use: "cards and messages", essential: true },
  "users:read": { use: "who may request and review", essential: true },
  "im:write": { use: "finding a message again after a lost answer", essential: false },
  "im:history": { use: "finding a message again after a lost answer", essential: false },
  "channels:history": { use: "finding a card in a channel again", essential: false },
  "groups:history": { use: "finding a card in a private channel again", essential: false },
  "users:read.email": { use: "emails, and finding people by their address", essential: false },
  "usergroups:read": { use: "roles that follow a user group", essential: false },
  "channels:read": { use: "cards in a channel", essential: false },
  "groups:read": { use: "cards in a private channel", essential: false },
};

/** The names of all scopes that the bot needs. */
export const neededScopes: readonly string[] = Object.keys(scopes);

/** What a token is missing. */
export type ScopeCheck = {
  /** Whether Signoff cannot work at all. */
  fatal: boolean;
  /** Each missing scope with its use: "usergroups:read (roles that follow a user group)". */
  missing: readonly string[];
};

/** Returns what a token with these scopes is missing. */
export function checkScopes(granted: readonly string[]): ScopeCheck {
  const missing = Object.entries(scopes).filter(([name]) => !granted.includes(name));
  return {
    fatal: missing.some(([, { essential }]) => essential),
    missing: missing.map(([name, { use }]) => `${name} (${use})`),
  };
}

import type { Scope } from "./scope.ts";

/** The scopes that work only while the token's member is an admin: they change settings, or show everything. */
export const adminScopes: readonly Scope[] = ["catalog:write", "audit:read"];

/**
 * Returns the scopes of a token that pause now, because its member is not an admin. Its other scopes keep working.
 *
 * @param token.adminScopesUntil until when a token that an earlier version made keeps them; null for other tokens
 */
export function pausedScopes(
  token: { scopes: readonly Scope[]; adminScopesUntil: Date | null },
  memberIsAdmin: boolean,
  now: Date,
): Scope[] {
  const isKept = token.adminScopesUntil !== null && token.adminScopesUntil > now;
  if (memberIsAdmin || isKept) return [];
  return token.scopes.filter((scope) => adminScopes.includes(scope));
}

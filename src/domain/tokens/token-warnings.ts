import type { MemberStatus } from "../people/people.ts";
import { pausedScopes } from "./admin-scopes.ts";
import type { Scope } from "./scope.ts";
import { endsSoon } from "./token-end.ts";

/** What the admins must know about a token that is not revoked. */
export type TokenWarning =
  /** It is refused, because its member or its maker is no longer an active full member. */
  | { kind: "stopped" }
  /** Its member is no longer an admin. `paused`: the scopes that pause, possibly none; `until`: they pause only then. */
  | { kind: "not-admin"; paused: readonly Scope[]; until: Date | null }
  | { kind: "ending"; at: Date };

/** What a warning about a token depends on. */
export type TokenFacts = {
  id: string;
  scopes: readonly Scope[];
  memberId: string;
  madeAt: Date;
  endsAt: Date | null;
  adminScopesUntil: Date | null;
  /** The status of its member and of its maker. */
  statuses: readonly MemberStatus[];
  memberIsAdmin: boolean;
  /** Whether its member was an admin when it became theirs: an admin made it in Slack, and it was not handed over. */
  memberWasAdmin: boolean;
};

/** Returns what the admins must know about a token now, with the subject of each warning. */
export function tokenWarnings(token: TokenFacts, now: Date): { subject: string; warning: TokenWarning }[] {
  const { id, memberId, endsAt, adminScopesUntil } = token;
  if (token.statuses.some((status) => status !== "active")) {
    return [{ subject: `token-stopped:${id}:${memberId}`, warning: { kind: "stopped" } }];
  }
  const found: { subject: string; warning: TokenWarning }[] = [];
  const paused = pausedScopes({ ...token, adminScopesUntil: null }, token.memberIsAdmin, now);
  if (!token.memberIsAdmin && (paused.length > 0 || token.memberWasAdmin)) {
    const until =
      adminScopesUntil !== null && adminScopesUntil > now && paused.length > 0 ? adminScopesUntil : null;
    // The admins are told again when what was kept for a while pauses.
    const step = until === null ? "" : ":kept";
    found.push({
      subject: `token-not-admin:${id}:${memberId}${step}`,
      warning: { kind: "not-admin", paused, until },
    });
  }
  if (endsAt !== null && endsSoon(token, now)) {
    found.push({
      subject: `token-ending:${id}:${endsAt.toISOString()}`,
      warning: { kind: "ending", at: endsAt },
    });
  }
  return found;
}

/** Returns whether the subject of a warning is about a token. */
export const isTokenSubject = (subject: string): boolean =>
  /^token-(stopped|not-admin|ending):/.test(subject);

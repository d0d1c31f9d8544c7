import type { MemberId, Person } from "../people/people.ts";
import type { Actor } from "../shared/actor.ts";
import { checkName } from "../shared/check-name.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import { type Scope, scopes } from "./scope.ts";

/** The most characters in a token's name. */
export const tokenNameLimit = 80;

/** The prefix of every token, so that a leaked token can be found and recognized. */
export const tokenPrefix = "sgn_";

/** An accepted token. No scope allows a token to review. */
export type ApiToken = {
  organizationId: string;
  id: string;
  name: string;
  scopes: readonly Scope[];
  /** The scopes that it has, but that pause because its member is not an admin. Left out if there are none. */
  paused?: { scopes: readonly Scope[]; member: Person };
  /** The only project that it may read and change; null for all. */
  projectId: string | null;
  /** The member it acts for, unless a call names another one (R5). */
  memberId: MemberId;
  /** Who created it. */
  makerId: MemberId;
};

/**
 * Returns the actor of a call with a token.
 *
 * @param memberId the member that the call names; by default, the token's own
 */
export function actorOf(token: ApiToken, memberId: MemberId = token.memberId): Actor {
  return { kind: "token", tokenId: token.id, name: token.name, memberId, makerId: token.makerId };
}

/**
 * Checks whether a token may make a call.
 *
 * @param projectId the project that the call is about, or null for several. Leave it out if the response is already
 *   limited to the token's own project.
 * Refuses `token-scope`, `token-project`.
 */
export function mayUse(token: ApiToken, scope: Scope, projectId?: string | null): Result<null> {
  if (!token.scopes.includes(scope)) {
    const paused = token.paused?.scopes.includes(scope) ? { paused: token.paused.member } : {};
    return refuse({ code: "token-scope", scope, has: token.scopes, ...paused });
  }
  if (projectId !== undefined && !coversProject(token, projectId)) return refuse({ code: "token-project" });
  return accept(null);
}

/** Returns whether a token may read and change a project or, for null, all of them. */
export function coversProject(token: Pick<ApiToken, "projectId">, projectId: string | null): boolean {
  return token.projectId === null || token.projectId === projectId;
}

/**
 * Returns a new token's name and scopes as they are stored: the name trimmed, each scope once and in order.
 *
 * Refuses `token-name`, `name-unusable`, `no-scopes`.
 */
export function checkToken(
  name: string,
  chosen: readonly Scope[],
): Result<{ name: string; scopes: Scope[] }> {
  const trimmed = name.trim().replace(/ +/g, " ");
  if (trimmed === "" || trimmed.length > tokenNameLimit)
    return refuse({ code: "token-name", limit: tokenNameLimit });
  const usable = checkName("token", trimmed);
  if (!usable.ok) return usable;
  if (chosen.length === 0) return refuse({ code: "no-scopes" });
  return accept({ name: trimmed, scopes: scopes.filter((scope) => chosen.includes(scope)) });
}

import type { MemberId } from "../people/people.ts";
import type { Actor } from "../shared/actor.ts";
import { accept, type Result, refuse } from "../shared/result.ts";

/** What a token may be allowed to do, in the order in which screens list it. */
export const scopes = [
  "builds:write",
  "deployments:write",
  "catalog:write",
  "requests:read",
  "requests:write",
  "promotions:write",
  "audit:read",
] as const;

export type Scope = (typeof scopes)[number];

/** What each scope lets a token do, in one line. */
export const scopeWords: Record<Scope, string> = {
  "builds:write": "Register builds",
  "deployments:write": "Report deployments",
  "catalog:write": "Set up projects, pipelines and integrations",
  "requests:read": "See requests, and what is live where",
  "requests:write": "Request and cancel promotions",
  "promotions:write": "Promote what was approved",
  "audit:read": "Read the audit log",
};

export const isScope = (text: string): text is Scope => (scopes as readonly string[]).includes(text);

/** The most characters that a token's name has. */
export const tokenNameLimit = 80;

/** What every token begins with, so that one that leaked is found and known for what it is. */
export const tokenPrefix = "sgn_";

/** A token that was let in. It never reviews: no scope lets it. */
export type ApiToken = {
  organizationId: string;
  id: string;
  name: string;
  scopes: readonly Scope[];
  /** The one project that it sees and touches; null: all of them. */
  projectId: string | null;
  /** Whom its requests are made for unless they name another member (R5). */
  memberId: MemberId;
  makerId: MemberId;
};

/**
 * Who acts where a token is used.
 *
 * @param memberId whom it acts for; the one that the token names where it is not said
 */
export function actorOf(token: ApiToken, memberId: MemberId = token.memberId): Actor {
  return { kind: "token", tokenId: token.id, name: token.name, memberId, makerId: token.makerId };
}

/**
 * Whether a token may do a thing.
 *
 * @param projectId what it is about: a project, or null for more than one. Left out where what is answered is narrowed
 *   to the token's own project.
 * Refuses `token-scope`, `token-project`.
 */
export function mayUse(token: ApiToken, scope: Scope, projectId?: string | null): Result<null> {
  if (!token.scopes.includes(scope)) return refuse({ code: "token-scope", scope, has: token.scopes });
  if (projectId !== undefined && !coversProject(token, projectId)) return refuse({ code: "token-project" });
  return accept(null);
}

/** Whether a token sees and touches a project, or (null) all of them. */
export function coversProject(token: Pick<ApiToken, "projectId">, projectId: string | null): boolean {
  return token.projectId === null || token.projectId === projectId;
}

/**
 * A new token's name and scopes as they are kept: the name without spaces around it, each scope once and in order.
 * Refuses `token-name`, `no-scopes`.
 */
export function checkToken(
  name: string,
  chosen: readonly Scope[],
): Result<{ name: string; scopes: Scope[] }> {
  const kept = name.replace(/\s+/g, " ").trim();
  if (kept === "" || kept.length > tokenNameLimit)
    return refuse({ code: "token-name", limit: tokenNameLimit });
  if (chosen.length === 0) return refuse({ code: "no-scopes" });
  return accept({ name: kept, scopes: scopes.filter((scope) => chosen.includes(scope)) });
}

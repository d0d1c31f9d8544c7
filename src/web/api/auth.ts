import type { MiddlewareHandler } from "hono";
import type { Result } from "../../domain/shared/result.ts";
import { type ApiToken, mayUse, type Scope } from "../../domain/tokens/token.ts";
import type { Context } from "../../usecases/shared/context.ts";
import { orThrow, Problem, refused } from "./problems.ts";
import { refusalWords } from "./refusal-words.ts";

/** What a route that changes something knows of the call's key. */
export type Once =
  /** This call was carried out before, and its answer was lost: what its change left behind. */
  | { left: object }
  /** Goes into the use case's context, so that the change and the word that it is done are committed together. */
  | { note: NonNullable<Context["note"]> };

/** What a route knows of its call. */
export type ApiEnv = { Variables: { token: ApiToken; once?: Once } };

/** Lets a token in by its text; its refusal is a 401. */
export type FindToken = (text: string) => Promise<Result<ApiToken>>;

const challenge = 'Bearer realm="signoff"';

/** The text behind `Authorization: Bearer`; undefined where there is none. The scheme's case does not matter (RFC 9110). */
export function bearerOf(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

/** Lets a call in by its token. @throws Problem 401 */
export async function signIn(findToken: FindToken, header: string | undefined): Promise<ApiToken> {
  const text = bearerOf(header);
  if (text === undefined) {
    const words = "Send a token: Authorization: Bearer sgn_… An admin makes one in Settings.";
    throw new Problem("unauthorized", words, {}, { "www-authenticate": challenge });
  }
  const found = await findToken(text);
  if (found.ok) return found.value;
  // Whom it belonged to is nobody's business who holds a dead token: the words alone say what to do.
  const { code } = found.refusal;
  const headers = { "www-authenticate": `${challenge}, error="invalid_token"` };
  throw new Problem(code, refusalWords(found.refusal), {}, headers);
}

/** From here on a call needs a token. */
export function authenticate(findToken: FindToken): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set("token", await signIn(findToken, c.req.header("authorization")));
    await next();
  };
}

/** A route's own condition: the token has this scope. Which project it may touch is asked where that is known. */
export function requires(scope: Scope): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    orThrow(mayUse(c.get("token"), scope));
    await next();
  };
}

/**
 * A token of one project does not see the others: they are not there for it. What it writes there is refused as what
 * it is.
 */
export function assertProjectAccess(token: ApiToken, projectId: string, access: "read" | "write"): void {
  if (token.projectId === null || token.projectId === projectId) return;
  throw refused(access === "write" ? { code: "token-project" } : { code: "not-found", what: "project" });
}

import type { MiddlewareHandler } from "hono";
import type { Result } from "../../domain/shared/result.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import { type ApiToken, mayUse } from "../../domain/tokens/token.ts";
import type { Context } from "../../usecases/shared/context.ts";
import { Problem, refusalProblem, valueOrThrow } from "./problems.ts";
import { refusalWords } from "./refusals.ts";

/** What a route has to know about a call that came with an `Idempotency-Key`. */
export type Idempotency =
  /** The call was carried out before, but its response was lost: the result that was recorded with the change. */
  | { recordedResult: unknown }
  /** Goes into the use case's context, so that the change and the record of its result are committed together. */
  | { note: NonNullable<Context["note"]> };

/** What the middleware passes to the routes. */
export type ApiEnv = { Variables: { token: ApiToken; idempotency?: Idempotency } };

/** Finds a token by its text. A refusal becomes a 401. */
export type FindToken = (text: string) => Promise<Result<ApiToken>>;

const challenge = 'Bearer realm="signoff"';

/** Returns the token in an `Authorization: Bearer` header, or undefined. The scheme is case-insensitive (RFC 9110, 11.1). */
export function readBearerToken(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

/**
 * Returns the token that the Authorization header names.
 *
 * @throws Problem 401 if there is none, or if it is not valid
 */
export async function authenticateToken(findToken: FindToken, header: string | undefined): Promise<ApiToken> {
  const text = readBearerToken(header);
  if (text === undefined) {
    const words = "Send a token: Authorization: Bearer sgn_… An admin makes one in Settings.";
    throw new Problem("unauthorized", words, {}, { "www-authenticate": challenge });
  }
  const found = await findToken(text);
  if (found.ok) return found.value;
  // The refusal's facts name people. Whoever holds an invalid token must not learn them.
  const { code } = found.refusal;
  const headers = { "www-authenticate": `${challenge}, error="invalid_token"` };
  throw new Problem(code, refusalWords(found.refusal), {}, headers);
}

/** Returns middleware that requires a valid token and passes it to the routes. */
export function authenticate(findToken: FindToken): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set("token", await authenticateToken(findToken, c.req.header("authorization")));
    await next();
  };
}

/** Returns middleware that requires a scope. The route checks the project, once it knows it. */
export function requireScope(scope: Scope): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    valueOrThrow(mayUse(c.get("token"), scope));
    await next();
  };
}

/**
 * Checks that a token covers a project. To a token of another project the project does not exist.
 *
 * @throws Problem 404 on read, 403 on write
 */
export function assertProjectAccess(token: ApiToken, projectId: string, access: "read" | "write"): void {
  if (token.projectId === null || token.projectId === projectId) return;
  throw refusalProblem(
    access === "write" ? { code: "token-project" } : { code: "not-found", what: "project" },
  );
}

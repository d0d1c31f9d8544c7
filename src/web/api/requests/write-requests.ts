import { z } from "@hono/zod-openapi";
import type { Context as Call } from "hono";
import type { Result } from "../../../domain/shared/result.ts";
import type { Scope } from "../../../domain/tokens/scope.ts";
import { type ApiToken, actorOf, mayUse } from "../../../domain/tokens/token.ts";
import { getRequestDetail } from "../../../queries/requests/get-request-detail.ts";
import { cancelPromotion } from "../../../usecases/requests/cancel-promotion.ts";
import { endAttempt } from "../../../usecases/requests/end-attempt.ts";
import { promote } from "../../../usecases/requests/promote.ts";
import { requestThroughToken } from "../../../usecases/requests/request-through-token.ts";
import type { Context } from "../../../usecases/shared/context.ts";
import type { ApiEnv } from "../auth.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { refusalProblem, valueOrThrow } from "../problems.ts";
import { requestJson, requestPath } from "./request-json.ts";
import { valueOrRequestProblem } from "./request-problems.ts";
import { cancelRoute, endAttemptRoute, postRoute, promoteRoute } from "./route-definitions.ts";

/** The recorded result of `POST /requests`. */
const requestedSchema = z.object({ number: z.int() });

/** Registers the routes that request, cancel, promote, and end an attempt. No route reviews, because a token never may (R4). */
export function requestWriteRoutes(api: Api, deps: ApiDeps): void {
  const { context, knowRequester } = deps;
  const { readJson, checkUse } = requestReads(deps);
  api.openapi(postRoute, async (c) => {
    const token = c.get("token");
    const { project, integration, target, message, ...rest } = c.req.valid("json");
    const { build = null, requester = null, replaces = null, confirmed: confirmedFingerprint = null } = rest;
    await knowRequester(token.organizationId, token.memberId);
    if (requester !== null && mayUse(token, "requests:on-behalf").ok) {
      await knowRequester(token.organizationId, requester);
    }
    const slugs = { project, integration, target };
    const input = { token, ...slugs, build, message, requester, replaces, confirmedFingerprint };
    const { number } = await runOnce(c, context, requestedSchema, (keyed) =>
      requestThroughToken(keyed, input),
    );
    return c.json(await readJson(token, number), 201, { location: requestPath(number) });
  });

  api.openapi(cancelRoute, async (c) => {
    const token = c.get("token");
    const { number } = c.req.valid("param");
    await checkUse(token, "requests:write", number);
    const { reason } = c.req.valid("json");
    await runOnce(c, context, z.unknown(), (keyed) =>
      cancelPromotion(keyed, { ...caller(token), number, reason }),
    );
    return c.json(await readJson(token, number), 200);
  });

  api.openapi(promoteRoute, async (c) => {
    const token = c.get("token");
    const { number } = c.req.valid("param");
    await checkUse(token, "promotions:write", number);
    const { confirmed: confirmedFingerprint = null } = c.req.valid("json");
    await runOnce(c, context, z.unknown(), (keyed) =>
      promote(keyed, { ...caller(token), number, confirmedFingerprint }),
    );
    return c.json(await readJson(token, number), 202);
  });

  api.openapi(endAttemptRoute, async (c) => {
    const token = c.get("token");
    const { number } = c.req.valid("param");
    await checkUse(token, "promotions:write", number);
    const { reason, attempt: deploymentId = null } = c.req.valid("json");
    await runOnce(c, context, z.unknown(), (keyed) =>
      endAttempt(keyed, { ...caller(token), number, reason, deploymentId }),
    );
    return c.json(await readJson(token, number), 200);
  });
}

/** Returns what the routes read: a request as JSON, and whether the token may be used for it. */
function requestReads({ context: { db, now }, cardLink, knowRequester }: ApiDeps) {
  const readDetail = async ({ organizationId }: ApiToken, number: number) => {
    const detail = await getRequestDetail(db, organizationId, number, now());
    if (detail === undefined) throw refusalProblem({ code: "not-found", what: "request" });
    return detail;
  };
  const readJson = async (token: ApiToken, number: number) =>
    requestJson(await readDetail(token, number), cardLink);
  /** Checks the token's scope and project. A request's project never changes, so this needs no transaction. */
  const checkUse = async (token: ApiToken, scope: Scope, number: number) => {
    const { view } = await readDetail(token, number);
    valueOrThrow(mayUse(token, scope, view.project.id));
    await knowRequester(token.organizationId, token.memberId);
  };
  return { readJson, checkUse };
}

const caller = (token: ApiToken) => ({
  ...{ organizationId: token.organizationId, actor: actorOf(token), surface: "api" as const },
});

/**
 * Carries out a use case and returns its value. If the call was carried out before under the same `Idempotency-Key`,
 * returns the result that was recorded then.
 *
 * @throws Problem if the use case refuses
 */
async function runOnce<T>(
  c: Call<ApiEnv>,
  context: Context,
  resultSchema: z.ZodType<T>,
  carryOut: (context: Context) => Promise<Result<T>>,
): Promise<T> {
  const idempotency = c.get("idempotency") ?? {};
  if ("recordedResult" in idempotency) return resultSchema.parse(idempotency.recordedResult);
  const lookup = { db: context.db, token: c.get("token"), now: context.now() };
  return valueOrRequestProblem(lookup, await carryOut({ ...context, ...idempotency }));
}

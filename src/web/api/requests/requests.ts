import type { Context as Call } from "hono";
import type { Result } from "../../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse, type Scope } from "../../../domain/tokens/token.ts";
import { getRequestDetail } from "../../../queries/requests/get-request-detail.ts";
import { cancelPromotion } from "../../../usecases/requests/cancel-promotion.ts";
import { promote } from "../../../usecases/requests/promote.ts";
import { requestThroughToken } from "../../../usecases/requests/request-through-token.ts";
import type { Context } from "../../../usecases/shared/context.ts";
import type { Api, ApiDeps } from "../api.ts";
import type { ApiEnv } from "../auth.ts";
import { orThrow, refused } from "../problems.ts";
import { pathOf, requestJson } from "./request-json.ts";
import { answered } from "./request-problems.ts";
import { cancelRoute, postRoute, promoteRoute } from "./request-routes.ts";

/** Requesting, cancelling and promoting. There is no way to review: a token never does (R4). */
export function requestRoutes(api: Api, { context, cardLink, knowRequester }: ApiDeps): void {
  const { db, now } = context;
  const looking = (token: ApiToken) => ({ db, token, now: now() });
  const detailOf = async ({ organizationId }: ApiToken, number: number) => {
    const detail = await getRequestDetail(db, organizationId, number, now());
    if (detail === undefined) throw refused({ code: "not-found", what: "request" });
    return detail;
  };
  const jsonOf = async (token: ApiToken, number: number) =>
    requestJson(await detailOf(token, number), cardLink);
  /** A request's project never changes: what is asked before the use case holds in it. */
  const checkUse = async (token: ApiToken, scope: Scope, number: number) => {
    const { view } = await detailOf(token, number);
    orThrow(mayUse(token, scope, view.project.id));
    await knowRequester(token.organizationId, token.memberId);
  };
  /** What a use case answers, or what it left behind where this call under its key was carried out before. */
  const once = async <T extends object>(
    c: Call<ApiEnv>,
    act: (noting: Context) => Promise<Result<T>>,
  ): Promise<T> => {
    const known = c.get("once") ?? {};
    if ("left" in known) return known.left as T;
    return answered(looking(c.get("token")), await act({ ...context, ...known }));
  };
  const acting = (token: ApiToken) => ({
    ...{ organizationId: token.organizationId, actor: actorOf(token), surface: "api" as const },
  });

  api.openapi(postRoute, async (c) => {
    const token = c.get("token");
    const { project, integration, target, message, ...rest } = c.req.valid("json");
    const { build = null, requester = null, replaces = null, confirmed: confirmedFingerprint = null } = rest;
    await knowRequester(token.organizationId, requester ?? token.memberId);
    const asked = {
      token,
      project,
      integration,
      target,
      build,
      message,
      requester,
      replaces,
      confirmedFingerprint,
    };
    const { number } = await once(c, (noting) => requestThroughToken(noting, asked));
    return c.json(await jsonOf(token, number), 201, { location: pathOf(number) });
  });

  api.openapi(cancelRoute, async (c) => {
    const token = c.get("token");
    const { number } = c.req.valid("param");
    await checkUse(token, "requests:write", number);
    const { reason } = c.req.valid("json");
    await once(c, (noting) => cancelPromotion(noting, { ...acting(token), number, reason }));
    return c.json(await jsonOf(token, number), 200);
  });

  api.openapi(promoteRoute, async (c) => {
    const token = c.get("token");
    const { number } = c.req.valid("param");
    await checkUse(token, "promotions:write", number);
    const { confirmed: confirmedFingerprint = null } = c.req.valid("json");
    await once(c, (noting) => promote(noting, { ...acting(token), number, confirmedFingerprint }));
    return c.json(await jsonOf(token, number), 202);
  });
}

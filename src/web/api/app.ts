import { OpenAPIHono } from "@hono/zod-openapi";
import { useToken } from "../../usecases/tokens/use-token.ts";
import { type ApiEnv, authenticate } from "./auth.ts";
import type { Api, ApiDeps } from "./deps.ts";
import { replayResponses } from "./idempotency.ts";
import { limitBody } from "./limit-body.ts";
import { errorHandler, Problem, problemResponse } from "./problems.ts";
import { limitRate } from "./rate-limit.ts";
import { routes } from "./routes.ts";

/** Returns the REST API, to be mounted at `/api/v1`. Routes with their own authentication are registered first. */
export function createApi(deps: ApiDeps): Api {
  const { context, log, callsPerMinute: perMinute = 600 } = deps;
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw validationProblem(result.target, result.error.issues);
    },
  });
  api.onError(errorHandler(log));
  api.use(limitBody());
  api.openAPIRegistry.registerComponent("securitySchemes", "token", {
    ...{ type: "http", scheme: "bearer", description: "A token of an admin's making: sgn_…" },
  });
  let document: object | undefined;
  api.get("/openapi.json", (c) => {
    document ??= openApiDocument(api);
    return c.json(document);
  });
  for (const register of routes.open) register(api, deps);
  api.use(async (c, next) => {
    // A response depends on the token and is out of date right away.
    c.header("cache-control", "no-store");
    await next();
  });
  api.use(authenticate((text) => useToken(context, text)));
  api.use(limitRate({ perMinute, now: context.now }));
  api.use(replayResponses(context, log));
  for (const register of routes.signedIn) register(api, deps);
  api.all("*", (c) =>
    problemResponse(c, new Problem("no-route", `There is no ${c.req.method} ${c.req.path}.`)),
  );
  return api;
}

type Issue = { path: PropertyKey[]; message: string };

function validationProblem(target: string, issues: readonly Issue[]): Problem {
  const where = target === "json" ? "body" : target;
  const errors = issues.map(({ path, message }) => ({
    path: [where, ...path].map(String).join("."),
    message,
  }));
  const [first] = errors;
  const detail = first === undefined ? "The call is not valid." : `${first.path}: ${first.message}.`;
  return new Problem("validation", detail, { errors });
}

/** Returns the OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.0 */
function openApiDocument(api: Api) {
  return api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Signoff",
      version: "1",
      description: "Builds and deployments in, promotion requests, and promotions out.",
    },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }],
  });
}

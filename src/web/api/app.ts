import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { useToken } from "../../usecases/tokens/use-token.ts";
import type { Api, ApiDeps } from "./api.ts";
import { type ApiEnv, authenticate } from "./auth.ts";
import { replayAnswers } from "./idempotency.ts";
import { answer, answerError, Problem } from "./problems.ts";
import { limitRate } from "./rate.ts";
import { routes } from "./routes.ts";

/** The most bytes that a body has. */
const mostBytes = 1024 * 1024;

/**
 * The REST API, to be mounted at `/api/v1`. The routes that know by themselves who calls come before a token is asked
 * for.
 */
export function createApi(parts: ApiDeps): Api {
  const { context, log, callsPerMinute: perMinute = 600 } = parts;
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw notValid(result.target, result.error.issues);
    },
  });
  api.onError(answerError(log));
  api.use(
    bodyLimit({
      maxSize: mostBytes,
      onError: () => {
        throw new Problem("body-too-large", "A body has 1 MB at most.");
      },
    }),
  );
  api.openAPIRegistry.registerComponent("securitySchemes", "token", {
    ...{ type: "http", scheme: "bearer", description: "A token of an admin's making: sgn_…" },
  });
  let document: object | undefined;
  api.get("/openapi.json", (c) => {
    document ??= documentOf(api);
    return c.json(document);
  });
  for (const register of routes.open) register(api, parts);
  api.use(async (c, next) => {
    // What one token is told is nobody else's, and is old the moment after.
    c.header("cache-control", "no-store");
    await next();
  });
  api.use(authenticate((text) => useToken(context, text)));
  api.use(limitRate({ perMinute, now: context.now }));
  api.use(replayAnswers(context, log));
  for (const register of routes.signedIn) register(api, parts);
  api.all("*", (c) => answer(c, new Problem("no-route", `There is no ${c.req.method} ${c.req.path}.`)));
  return api;
}

type Issue = { path: PropertyKey[]; message: string };

function notValid(target: string, issues: readonly Issue[]): Problem {
  const where = target === "json" ? "body" : target;
  const errors = issues.map(({ path, message }) => ({
    path: [where, ...path].map(String).join("."),
    message,
  }));
  const [first] = errors;
  const detail = first === undefined ? "The call is not valid." : `${first.path}: ${first.message}.`;
  return new Problem("validation", detail, { errors });
}

/** What describes the API to machines: https://spec.openapis.org/oas/v3.1.0 */
function documentOf(api: Api) {
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

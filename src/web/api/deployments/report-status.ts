import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { type Actor, type Surface, system } from "../../../domain/shared/actor.ts";
import { limits } from "../../../domain/shared/limits.ts";
import { type ApiToken, actorOf, mayUse } from "../../../domain/tokens/token.ts";
import { getAttempt } from "../../../queries/deployments/get-attempt.ts";
import { applyDeploymentReport } from "../../../usecases/deployments/apply-deployment-report.ts";
import { useToken } from "../../../usecases/tokens/use-token.ts";
import { assertProjectAccess, authenticateToken, readBearerToken } from "../auth.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { Problem, refusalProblem, valueOrThrow } from "../problems.ts";
import { limitRate } from "../rate-limit.ts";
import { jsonAnswer, jsonBody, linkSchema, notesSchema, problems, withBody } from "../schemas.ts";

const reportSchema = z
  .object({
    status: z.enum(["in progress", "succeeded", "failed"]),
    link: linkSchema.nullish().openapi({ description: "Where it can be followed; shown on the card" }),
    reason: z
      .string()
      .nullish()
      .openapi({ description: `Why it failed; its first ${limits.reason} characters are kept` }),
  })
  .openapi("DeploymentReport");

const reportedSchema = z
  .object({
    id: z.string(),
    status: z.enum(["in progress", "succeeded", "failed", "unknown"]),
    changed: z.boolean().openapi({ description: "false: it was known already, or the attempt has ended" }),
    notes: notesSchema,
  })
  .openapi("ReportedDeployment");

/** Who reports: the holder of one attempt's report token, or an API token. */
type Reporter = { organizationId: string; actor: Actor; surface: Surface; token: ApiToken | null };

type ReporterEnv = { Variables: { reporter: Reporter; token: ApiToken } };

const statusPath = "/deployments/{id}/status";

/**
 * Registers the route that reports on a deployment that Signoff started. It accepts the report token of that attempt,
 * which the webhook carries, or an API token.
 */
export function reportStatusRoutes(api: Api, deps: ApiDeps): void {
  const { context } = deps;
  const route = createRoute({
    ...{ method: "post", path: statusPath, tags: ["Deployments"] },
    summary: "Report on a deployment that Signoff asked for",
    description:
      "With the token that came with the webhook, or an API token with deployments:write. The first final report wins; " +
      "repeating one is answered 200 with changed: false.",
    middleware: [authenticateReporter(deps), limitReports(deps)] as const,
    request: {
      params: z.object({ id: z.string().max(100).openapi({ description: "The attempt's id" }) }),
      body: jsonBody(reportSchema),
    },
    responses: { 200: jsonAnswer(reportedSchema, "How the attempt stands now"), ...problems(...withBody) },
  });
  api.openapi(route, async (c) => {
    const { organizationId, actor, surface, token } = c.get("reporter");
    const { id } = c.req.valid("param");
    const attempt = await findAttempt(deps, organizationId, id);
    if (token !== null) assertProjectAccess(token, attempt.project.id, "write");
    const { status, link = null, reason } = c.req.valid("json");
    const report = status === "failed" ? { status, reason: reason ?? null } : { status };
    const input = { organizationId, deploymentId: id, actor, surface, report, link };
    const { changed, notes } = valueOrThrow(await applyDeploymentReport(context, input));
    const { status: currentStatus } = await findAttempt(deps, organizationId, id);
    return c.json({ id, status: currentStatus, changed, notes }, 200);
  });
}

const isId = (text: string) => z.uuid().safeParse(text).success;

async function findAttempt({ context: { db } }: ApiDeps, organizationId: string, id: string) {
  const attempt = isId(id) ? await getAttempt(db, organizationId, id) : undefined;
  if (attempt !== undefined) return attempt;
  throw refusalProblem({ code: "not-found", what: "request" }, { detail: "There is no such deployment." });
}

/** Returns middleware that finds the reporter by the token. A report token of another attempt is a 401. */
function authenticateReporter({ context, readReportToken }: ApiDeps): MiddlewareHandler<ReporterEnv> {
  return async (c, next) => {
    const header = c.req.header("authorization");
    const text = readBearerToken(header);
    if (text?.startsWith("sgr_")) {
      const organizationId = readReportToken(text, c.req.param("id") ?? "");
      if (organizationId === undefined) {
        throw new Problem("unauthorized", "This token is not that of this deployment.", {}, challenge);
      }
      const actor = system("the deployer's report");
      c.set("reporter", { organizationId, actor, surface: "deployer", token: null });
    } else {
      const token = await authenticateToken((given) => useToken(context, given), header);
      valueOrThrow(mayUse(token, "deployments:write"));
      const { organizationId } = token;
      c.set("reporter", { organizationId, actor: actorOf(token), surface: "api", token });
    }
    await next();
  };
}

const challenge = { "www-authenticate": 'Bearer realm="signoff", error="invalid_token"' };

/** Returns middleware that limits the reports of each attempt and of each API token. */
function limitReports({ context, callsPerMinute: perMinute = 600 }: ApiDeps): MiddlewareHandler<ReporterEnv> {
  return limitRate<ReporterEnv>({
    ...{ perMinute, now: context.now },
    callerOf: (c) => c.get("reporter").token?.id ?? `attempt ${c.req.param("id")}`,
  });
}

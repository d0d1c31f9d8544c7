import { createRoute, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { type Actor, type Surface, system } from "../../../domain/shared/actor.ts";
import { limits } from "../../../domain/shared/limits.ts";
import { stripUnstorable } from "../../../domain/shared/storable-text.ts";
import { type ApiToken, actorOf, mayUse } from "../../../domain/tokens/token.ts";
import { getAttempt } from "../../../queries/deployments/get-attempt.ts";
import { applyDeploymentReport } from "../../../usecases/deployments/apply-deployment-report.ts";
import { useToken } from "../../../usecases/tokens/use-token.ts";
import type { Api, ApiDeps } from "../api.ts";
import { assertProjectAccess, bearerOf, signIn } from "../auth.ts";
import { orThrow, Problem, refused } from "../problems.ts";
import { limitRate } from "../rate.ts";
import { jsonAnswer, jsonBody, linkSchema, problems, withBody } from "../schemas.ts";

/** What of a reason is read; what is kept of it is less. Nobody loses a report for a long log. */
const longestReason = 100_000;

const reportSchema = z
  .object({
    status: z.enum(["in progress", "succeeded", "failed"]),
    link: linkSchema.nullish().openapi({ description: "Where it can be followed; shown on the card" }),
    reason: z
      .string()
      .max(longestReason)
      .nullish()
      .openapi({ description: `Why it failed; its first ${limits.reason} characters are kept` }),
  })
  .openapi("DeploymentReport");

const reportedSchema = z
  .object({
    id: z.string(),
    status: z.enum(["in progress", "succeeded", "failed", "unknown"]),
    changed: z.boolean().openapi({ description: "false: it was known already, or the attempt has ended" }),
  })
  .openapi("ReportedDeployment");

/** Who reports: the holder of one attempt's token, or an API token. */
type Reporter = { organizationId: string; actor: Actor; surface: Surface; token: ApiToken | null };

type ReporterEnv = { Variables: { reporter: Reporter; token: ApiToken } };

const statusPath = "/deployments/{id}/status";

/**
 * How a deployment that Signoff asked for goes on. It is let in by the token that came with the webhook, which is good
 * for that one attempt, or by an API token.
 */
export function statusRoutes(api: Api, parts: ApiDeps): void {
  const { context } = parts;
  const route = createRoute({
    ...{ method: "post", path: statusPath, tags: ["Deployments"] },
    summary: "Report on a deployment that Signoff asked for",
    description:
      "With the token that came with the webhook, or an API token with deployments:write. The first final report wins; " +
      "repeating one is answered 200 with changed: false.",
    middleware: [letIn(parts), limit(parts)] as const,
    request: {
      params: z.object({ id: z.string().max(100).openapi({ description: "The attempt's id" }) }),
      body: jsonBody(reportSchema),
    },
    responses: { 200: jsonAnswer(reportedSchema, "How the attempt stands now"), ...problems(...withBody) },
  });
  api.openapi(route, async (c) => {
    const { organizationId, actor, surface, token } = c.get("reporter");
    const { id } = c.req.valid("param");
    const found = await findAttempt(parts, organizationId, id);
    if (token !== null) assertProjectAccess(token, found.project.id, "write");
    const { status, link = null, reason } = c.req.valid("json");
    const report = status === "failed" ? { status, reason: reasonOf(reason ?? "") } : { status };
    const input = { organizationId, deploymentId: id, actor, surface, report, link };
    const { changed } = orThrow(await applyDeploymentReport(context, input));
    const { status: now } = await findAttempt(parts, organizationId, id);
    return c.json({ id, status: now, changed }, 200);
  });
}

const isId = (text: string) => z.uuid().safeParse(text).success;

async function findAttempt({ context: { db } }: ApiDeps, organizationId: string, id: string) {
  const found = isId(id) ? await getAttempt(db, organizationId, id) : undefined;
  if (found !== undefined) return found;
  throw refused({ code: "not-found", what: "request" }, { detail: "There is no such deployment." });
}

/** Tells the reporter by the token; a token of another attempt is no token here. @throws Problem 401, 403 */
function letIn({ context, readReportToken }: ApiDeps): MiddlewareHandler<ReporterEnv> {
  return async (c, next) => {
    const header = c.req.header("authorization");
    const text = bearerOf(header);
    if (text?.startsWith("sgr_")) {
      const organizationId = readReportToken(text, c.req.param("id") ?? "");
      if (organizationId === undefined) {
        throw new Problem("unauthorized", "This token is not that of this deployment.", {}, challenge);
      }
      const actor = system("the deployer's report");
      c.set("reporter", { organizationId, actor, surface: "deployer", token: null });
    } else {
      const token = await signIn((given) => useToken(context, given), header);
      orThrow(mayUse(token, "deployments:write"));
      const { organizationId } = token;
      c.set("reporter", { organizationId, actor: actorOf(token), surface: "api", token });
    }
    await next();
  };
}

const challenge = { "www-authenticate": 'Bearer realm="signoff", error="invalid_token"' };

/** An attempt's reports are counted together, and an API token's. */
function limit({ context, callsPerMinute: perMinute = 600 }: ApiDeps): MiddlewareHandler<ReporterEnv> {
  return limitRate<ReporterEnv>({
    ...{ perMinute, now: context.now },
    whoOf: (c) => c.get("reporter").token?.id ?? `attempt ${c.req.param("id")}`,
  });
}

/** What Postgres keeps of it, and no more than is shown. */
function reasonOf(text: string): string | null {
  const kept = stripUnstorable(text).trim();
  if (kept === "") return null;
  const letters = [...kept];
  return letters.length > limits.reason ? `${letters.slice(0, limits.reason - 1).join("")}…` : kept;
}

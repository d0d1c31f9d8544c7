import { createRoute, z } from "@hono/zod-openapi";
import { limits } from "../../../domain/shared/limits.ts";
import { getLive, type LiveEnvironment } from "../../../queries/deployments/get-live.ts";
import {
  type IngestedDeployment,
  ingestDeployment,
} from "../../../usecases/deployments/ingest-deployment.ts";
import { requireScope } from "../auth.ts";
import { resolveIntegration, resolveProject } from "../catalog/resolve-integration.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { valueOrThrow } from "../problems.ts";
import { actorJson } from "../requests/request-json.ts";
import {
  bySchema,
  callerIdSchema,
  idempotencyHeaders,
  integrationParams,
  jsonAnswer,
  jsonBody,
  linkSchema,
  momentSchema,
  notesSchema,
  pageOf,
  pageQuery,
  problems,
  projectParams,
  replayHeaders,
  reportedTimeSchema,
  slugSchema,
  withBody,
} from "../schemas.ts";

const outside = z.boolean().openapi({
  description: "It went past the gate: nobody had approved it here. The admins are told.",
});

const deploymentBody = z
  .strictObject({
    id: callerIdSchema.openapi({
      description: "Its id where it was begun: what is said later comes under the same",
    }),
    environment: slugSchema.openapi({ example: "development" }),
    build: callerIdSchema.openapi({ description: "The build's id where it was built" }),
    status: z.enum(["succeeded", "in progress", "failed"]).default("succeeded"),
    link: linkSchema.nullish(),
    reason: z
      .string()
      .nullish()
      .openapi({ description: `Why it failed; its first ${limits.reason} characters are stored` }),
    startedAt: reportedTimeSchema.nullish().openapi({
      description: "When it started, which orders deployments; without it, now. The first report counts",
    }),
  })
  .openapi("NewDeployment");

const deployment = z
  .object({
    id: z.string(),
    environment: z.string(),
    build: z.string(),
    status: z.enum(["in progress", "succeeded", "failed", "unknown"]),
    link: z.string().nullable(),
    reason: z.string().nullable(),
    outside,
    live: z.boolean().openapi({ description: "What is live there came by it" }),
    changed: z.boolean().openapi({ description: "false: all of it was known, or it had ended before" }),
    startedAt: momentSchema,
    finishedAt: momentSchema.nullable(),
    notes: notesSchema,
  })
  .openapi("Deployment");

const liveEnvironment = z
  .object({
    integration: z.string(),
    environment: z.object({ slug: z.string(), name: z.string() }),
    live: z
      .object({
        build: z.string().openapi({ description: "The build's id where it was built" }),
        version: z.string(),
        commit: z.string().nullable(),
        since: momentSchema,
        by: bySchema,
        outside,
        outsideIn: z.array(z.string()).openapi({
          description: "The other environments to which this build was deployed outside approval, by slug",
        }),
      })
      .nullable(),
  })
  .openapi("LivePlace");

const tags = ["Deployments"];

const postRoute = createRoute({
  ...{ method: "post", path: "/projects/{project}/integrations/{integration}/deployments", tags },
  middleware: [requireScope("deployments:write")],
  summary: "Report a deployment, or how one goes on",
  description:
    "The first final status wins; the same again is answered 200 and changes nothing. A success is live unless one " +
    "that started later succeeded before.",
  request: { params: integrationParams, headers: idempotencyHeaders, body: jsonBody(deploymentBody) },
  responses: {
    200: jsonAnswer(deployment, "It was known; this is how it stands", replayHeaders),
    201: jsonAnswer(deployment, "It is taken down", replayHeaders),
    ...problems(...withBody),
  },
});

const liveRoute = createRoute({
  ...{ method: "get", path: "/projects/{project}/live", tags },
  summary: "See what is live where",
  description: "Each integration in each environment, by the integrations' slugs; limit counts integrations.",
  request: { params: projectParams, query: pageQuery },
  responses: {
    200: jsonAnswer(pageOf(liveEnvironment).openapi("LivePage"), "What is live where"),
    ...problems(),
  },
});

/** Registers the routes of deployments. Every token reads what is live; reporting needs `deployments:write`. */
export function deploymentRoutes(api: Api, { context }: ApiDeps): void {
  api.openapi(postRoute, async (c) => {
    const token = c.get("token");
    const integrationId = await resolveIntegration(context, token, c.req.valid("param"), "write");
    const { id, environment, build, status, reason, ...given } = c.req.valid("json");
    const report = status === "failed" ? { status, reason: reason || null } : { status };
    const ingested = valueOrThrow(
      await ingestDeployment(context, {
        ...{ token, integrationId, id, environment, build, report },
        ...{ link: given.link ?? null, startedAt: given.startedAt ?? null },
      }),
    );
    const { created, changed, notes } = ingested;
    return c.json({ ...deploymentJson(ingested.deployment), changed, notes }, created ? 201 : 200);
  });

  api.openapi(liveRoute, async (c) => {
    const token = c.get("token");
    const { project } = c.req.valid("param");
    const { id } = await resolveProject(context, token, project, "read");
    const { after = null, limit } = c.req.valid("query");
    const { items, next } = await getLive(context.db, token.organizationId, id, { after, limit });
    return c.json({ items: items.map(liveJson), next }, 200);
  });
}

function deploymentJson(deployment: IngestedDeployment) {
  const { externalId: id, environment, build, status, link, reason, outside, live } = deployment;
  return {
    ...{ id, environment, build, status, link, reason, outside, live },
    startedAt: deployment.startedAt.toISOString(),
    finishedAt: deployment.finishedAt?.toISOString() ?? null,
  };
}

function liveJson({ live, ...environment }: LiveEnvironment) {
  return {
    ...environment,
    live: live && { ...live, since: live.since.toISOString(), by: actorJson(live.by) },
  };
}

import { createRoute, z } from "@hono/zod-openapi";
import { maxEnvironments, nameLimits } from "../../../domain/catalog/catalog.ts";
import { deployerKinds } from "../../../domain/deployments/deployment.ts";
import { compareLink } from "../../../domain/requests/comparison.ts";
import { requireScope } from "../auth.ts";
import {
  integrationParams,
  jsonAnswer,
  jsonBody,
  linkSchema,
  notesSchema,
  pageOf,
  pageQuery,
  problems,
  projectParams,
  slugSchema,
  textSchema,
  withBody,
} from "../schemas.ts";

const name = textSchema(nameLimits.name).openapi({ example: "Orders Sync" });

const environment = z
  .object({ slug: slugSchema, name, critical: z.boolean() })
  .openapi("Environment", { description: "In the pipeline's order, first to last" });

const integration = z
  .object({ slug: z.string(), name: z.string(), deployer: z.string(), compareUrl: z.string().nullable() })
  .openapi("Integration");

const project = z
  .object({
    slug: z.string(),
    name: z.string(),
    pipeline: z.array(environment),
    requesterRoles: z.array(z.string()).openapi({ description: "None: every active full member" }),
    integrations: z.array(integration),
  })
  .openapi("Project");

const critical = z.boolean().optional().openapi({
  description:
    "Left out, it stays as it is. A new one is critical if it replaces a critical environment or comes after one. false is refused for a critical one.",
});

const previousSlug = slugSchema.optional().openapi({
  description: "Renames: the slug until now, which keeps leading here. Repeating it changes nothing.",
});

const projectBody = z
  .strictObject({
    name,
    previousSlug,
    pipeline: z
      .array(z.strictObject({ slug: slugSchema, previousSlug, name, critical }))
      .min(1)
      .max(maxEnvironments)
      .openapi({
        description:
          "In order, first to last. What is left out is archived, its history stays. A critical environment cannot be left out, nor can what comes before it change.",
      }),
    requesterRoles: z.array(textSchema(nameLimits.name)).max(100).optional().openapi({
      description: "Roles by name; left out, they stay as they are. More people than now are refused.",
    }),
  })
  .openapi("PutProject");

const compareUrl = linkSchema
  .refine(
    (text) => text.includes("{from}") && text.includes("{to}") && compareLink(text, "a", "b") !== null,
    "needs {from} and {to} for the two commits, after the host",
  )
  .openapi({ example: "https://git.example.com/orders/compare/{from}...{to}" });

const integrationBody = z
  .strictObject({
    name,
    previousSlug,
    deployer: z.enum(deployerKinds).optional().openapi({
      description:
        "Left out, it stays as it is: record for a new one. A webhook must have been set up in Slack before, and cannot be given up here.",
    }),
    compareUrl: compareUrl
      .nullable()
      .optional()
      .openapi({ description: "null takes it away; left out, it stays as it is" }),
  })
  .openapi("PutIntegration");

const putIntegrationAnswer = integration.extend({ notes: notesSchema }).openapi("IntegrationAnswer");

const tags = ["Catalog"];

export const listRoute = createRoute({
  ...{ method: "get", path: "/projects", tags },
  summary: "List the projects that the token sees, by slug",
  request: { query: pageQuery },
  responses: { 200: jsonAnswer(pageOf(project).openapi("ProjectPage"), "A page of projects"), ...problems() },
});

export const getRoute = createRoute({
  ...{ method: "get", path: "/projects/{project}", tags },
  summary: "Read a project",
  request: { params: projectParams },
  responses: { 200: jsonAnswer(project, "The project"), ...problems() },
});

export const putRoute = createRoute({
  ...{ method: "put", path: "/projects/{project}", tags, middleware: [requireScope("catalog:write")] },
  summary: "Bring a project and its pipeline to what is said",
  description:
    "The same again changes nothing, so that a catalog can live in a repository. A token never lowers a guard (guard-lowered). A former slug leads to the renamed project; the answer has the current one.",
  request: { params: projectParams, body: jsonBody(projectBody) },
  responses: {
    200: jsonAnswer(project, "It was there, and is so now"),
    201: jsonAnswer(project, "It is new, or was archived before"),
    ...problems(...withBody),
  },
});

export const putIntegrationRoute = createRoute({
  ...{ method: "put", path: "/projects/{project}/integrations/{integration}", tags },
  middleware: [requireScope("catalog:write")],
  summary: "Bring an integration to what is said",
  description:
    "The same again changes nothing. A former slug leads to the renamed integration; the answer has the current one.",
  request: { params: integrationParams, body: jsonBody(integrationBody) },
  responses: {
    200: jsonAnswer(putIntegrationAnswer, "It was there, and is so now"),
    201: jsonAnswer(putIntegrationAnswer, "It is new, or was archived before"),
    ...problems(...withBody),
  },
});

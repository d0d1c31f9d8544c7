import { hasUserName, userNameNote } from "../../../domain/shared/web-link.ts";
import { getCatalogProject, listCatalogProjects } from "../../../queries/catalog/list-catalog.ts";
import { putIntegration } from "../../../usecases/catalog/put-integration.ts";
import { putProject } from "../../../usecases/catalog/put-project.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { refusalProblem, valueOrThrow } from "../problems.ts";
import { resolveProject } from "./resolve-integration.ts";
import { getRoute, listRoute, putIntegrationRoute, putRoute } from "./route-definitions.ts";

/** Registers the routes of projects, pipelines, and integrations. Every token reads them; changes need `catalog:write`. */
export function projectRoutes(api: Api, { context }: ApiDeps): void {
  const { db } = context;
  const readProject = async (organizationId: string, slug: string) => {
    const project = await getCatalogProject(db, organizationId, slug);
    if (project === undefined) throw refusalProblem({ code: "not-found", what: "project" });
    return project;
  };

  api.openapi(listRoute, async (c) => {
    const { organizationId, projectId } = c.get("token");
    const { after = null, limit } = c.req.valid("query");
    return c.json(await listCatalogProjects(db, organizationId, { after, limit, projectId }), 200);
  });

  api.openapi(getRoute, async (c) => {
    const token = c.get("token");
    const { project: slug } = c.req.valid("param");
    await resolveProject(context, token, slug, "read");
    return c.json(await readProject(token.organizationId, slug), 200);
  });

  api.openapi(putRoute, async (c) => {
    const token = c.get("token");
    const { project: slug } = c.req.valid("param");
    const { requesterRoles, ...body } = c.req.valid("json");
    const put = valueOrThrow(await putProject(context, { token, slug, ...body, requesterRoles }));
    return c.json(await readProject(token.organizationId, put.slug), put.created ? 201 : 200);
  });

  api.openapi(putIntegrationRoute, async (c) => {
    const token = c.get("token");
    const { project, integration: slug } = c.req.valid("param");
    const { id: projectId } = await resolveProject(context, token, project, "write");
    const { deployer, compareUrl, ...body } = c.req.valid("json");
    const put = valueOrThrow(
      await putIntegration(context, { token, projectId, slug, ...body, deployer, compareUrl }),
    );
    const { integrations } = await readProject(token.organizationId, project);
    const integration = integrations.find((listed) => listed.slug === put.slug);
    if (integration === undefined) throw refusalProblem({ code: "not-found", what: "integration" });
    const notes = compareUrl && hasUserName(compareUrl) ? [{ field: "compareUrl", note: userNameNote }] : [];
    return c.json({ ...integration, notes }, put.created ? 201 : 200);
  });
}

import { getCatalogProject, listCatalogProjects } from "../../../queries/catalog/list-catalog.ts";
import { putIntegration } from "../../../usecases/catalog/put-integration.ts";
import { putProject } from "../../../usecases/catalog/put-project.ts";
import type { Api, ApiDeps } from "../api.ts";
import { orThrow, refused } from "../problems.ts";
import { getRoute, listRoute, putIntegrationRoute, putRoute } from "./project-schemas.ts";
import { resolveProject } from "./resolve-integration.ts";

/** Projects with their pipelines and integrations: read by every token, set up with `catalog:write`. */
export function projectRoutes(api: Api, { context }: ApiDeps): void {
  const { db } = context;
  const read = async (organizationId: string, slug: string) => {
    const project = await getCatalogProject(db, organizationId, slug);
    if (project === undefined) throw refused({ code: "not-found", what: "project" });
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
    return c.json(await read(token.organizationId, slug), 200);
  });

  api.openapi(putRoute, async (c) => {
    const token = c.get("token");
    const { project: slug } = c.req.valid("param");
    const { name, requesterRoles, ...said } = c.req.valid("json");
    const pipeline = said.pipeline.map(({ critical, ...one }) => ({ ...one, critical }));
    const { created } = orThrow(await putProject(context, { token, slug, name, pipeline, requesterRoles }));
    return c.json(await read(token.organizationId, slug), created ? 201 : 200);
  });

  api.openapi(putIntegrationRoute, async (c) => {
    const token = c.get("token");
    const { project, integration: slug } = c.req.valid("param");
    const { id: projectId } = await resolveProject(context, token, project, "write");
    const { name, deployer, compareUrl } = c.req.valid("json");
    const { created } = orThrow(
      await putIntegration(context, { token, projectId, slug, name, deployer, compareUrl }),
    );
    const { integrations } = await read(token.organizationId, project);
    const put = integrations.find((one) => one.slug === slug);
    if (put === undefined) throw refused({ code: "not-found", what: "integration" });
    return c.json(put, created ? 201 : 200);
  });
}

import type { ApiToken } from "../../../domain/tokens/token.ts";
import { type Found, getIntegrationBySlug, getProjectBySlug } from "../../../queries/catalog/get-by-slug.ts";
import type { Context } from "../../../usecases/shared/context.ts";
import { assertProjectAccess } from "../auth.ts";
import { refused } from "../problems.ts";

type Access = "read" | "write";

/** The project of this slug, if the token sees it; to write in it, if it may. @throws Problem */
export async function resolveProject(
  { db }: Context,
  token: ApiToken,
  slug: string,
  access: Access,
): Promise<Found> {
  const project = await getProjectBySlug(db, token.organizationId, slug);
  if (project === undefined) throw refused({ code: "not-found", what: "project" });
  assertProjectAccess(token, project.id, access);
  return project;
}

/** The id of a project's integration, as `resolveProject`. One that is archived is not there to be read. @throws Problem */
export async function resolveIntegration(
  context: Context,
  token: ApiToken,
  place: { project: string; integration: string },
  access: Access,
): Promise<string> {
  const project = await resolveProject(context, token, place.project, access);
  const found = await getIntegrationBySlug(context.db, token.organizationId, project.id, place.integration);
  if (found === undefined || (found.archived !== null && access === "read")) {
    throw refused({ code: "not-found", what: "integration" });
  }
  return found.integration.id;
}

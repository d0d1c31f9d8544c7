import type { ApiToken } from "../../../domain/tokens/token.ts";
import { type Found, getIntegrationBySlug, getProjectBySlug } from "../../../queries/catalog/get-by-slug.ts";
import type { Context } from "../../../usecases/shared/context.ts";
import { assertProjectAccess } from "../auth.ts";
import { refusalProblem } from "../problems.ts";

type Access = "read" | "write";

/**
 * Returns the project with this slug, if the token covers it.
 *
 * @throws Problem 404 if there is none or the token does not cover it, 403 to write in a project it does not cover
 */
export async function resolveProject(
  { db }: Context,
  token: ApiToken,
  slug: string,
  access: Access,
): Promise<Found> {
  const project = await getProjectBySlug(db, token.organizationId, slug);
  if (project === undefined) throw refusalProblem({ code: "not-found", what: "project" });
  assertProjectAccess(token, project.id, access);
  return project;
}

/**
 * Returns the ID of an integration in a project that the token covers. Reading an archived integration is a 404.
 *
 * @throws Problem as `resolveProject`
 */
export async function resolveIntegration(
  context: Context,
  token: ApiToken,
  slugs: { project: string; integration: string },
  access: Access,
): Promise<string> {
  const project = await resolveProject(context, token, slugs.project, access);
  const found = await getIntegrationBySlug(context.db, token.organizationId, project.id, slugs.integration);
  if (found === undefined || (found.archived !== null && access === "read")) {
    throw refusalProblem({ code: "not-found", what: "integration" });
  }
  return found.integration.id;
}

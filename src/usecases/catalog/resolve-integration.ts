import { findIntegration, type IntegrationInPipeline } from "../../../db/catalog/integrations.ts";
import { shareLockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import { type ApiToken, mayUse } from "../../domain/tokens/token.ts";

/**
 * Returns an integration with its pipeline. Until the transaction ends, neither of them changes nor is archived.
 *
 * @param access the token that asks, and the scope that it needs; omit it for members
 *
 * Refuses `not-found`, then `token-scope` or `token-project`, then `archived`.
 */
export async function resolveIntegration(
  tx: Tx,
  { organizationId, integrationId }: { organizationId: string; integrationId: string },
  access?: { token: ApiToken; scope: Scope },
): Promise<Result<IntegrationInPipeline>> {
  await shareLockProject(tx, organizationId, integrationId);
  const integration = await findIntegration(tx, organizationId, integrationId);
  if (integration === undefined) return refuse({ code: "not-found", what: "integration" });
  const allowed = access && mayUse(access.token, access.scope, integration.project.id);
  if (allowed?.ok === false) return allowed;
  if (integration.archived !== null) return refuse({ code: "archived", what: integration.archived });
  return accept(integration);
}

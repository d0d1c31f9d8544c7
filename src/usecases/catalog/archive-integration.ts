import { listAllIntegrations, upsertIntegration } from "../../../db/catalog/integrations.ts";
import { listOpenIn } from "../../../db/requests/requests-list.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";
import { type InProject, lockProjectAsAdmin, recordIntegration } from "./save-integration.ts";

/**
 * Archives an integration: its history and what is live stay, and come back with it.
 *
 * Refuses `not-admin`, `not-found`, `request-in-the-way`.
 */
export async function archiveIntegration(
  context: Context,
  input: InProject & { integrationId: string },
): Promise<Result<null>> {
  const { organizationId, projectId, integrationId } = input;
  return commit<null>(context, async (tx, now) => {
    const allowed = await lockProjectAsAdmin(tx, input);
    if (!allowed.ok) return allowed;
    const known = await listAllIntegrations(tx, organizationId, projectId);
    const before = known.find(({ id, archivedAt }) => id === integrationId && archivedAt === null);
    if (before === undefined) return refuse({ code: "not-found", what: "integration" });
    const [open] = await listOpenIn(tx, organizationId, { projectId, integrationId }, now);
    if (open !== undefined) return refuse({ code: "request-in-the-way", number: open.number });
    await upsertIntegration(tx, { ...before, archivedAt: now });
    await recordIntegration(tx, input, {
      id: integrationId,
      action: "integration.archived",
      at: now,
      before,
    });
    return accept(null);
  });
}

import { type IntegrationRow, upsertIntegration } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { listOpenIn } from "../../../db/requests/open-requests.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { Context } from "../shared/context.ts";
import {
  type InProject,
  integrationSnapshot,
  integrationSubject,
  lockIntegration,
} from "./integration-setting.ts";

/**
 * Archives an integration. Its history and its live builds stay, and return if it is restored.
 *
 * Refuses `not-admin`, `not-found`, `request-in-the-way`.
 */
export async function archiveIntegration(
  context: Context,
  input: InProject & { integrationId: string },
): Promise<Result<null>> {
  const { organizationId, projectId, integrationId } = input;
  const target = {
    lock: (tx: Tx) => lockIntegration(tx, input),
    audit: () => ({ subject: integrationSubject(integrationId), action: "integration.archived" }),
    snapshot: async (_tx: Tx, integration: IntegrationRow) => integrationSnapshot(integration),
  };
  return changeSetting(context, input, target, async (tx, { state: integration, now }) => {
    const [open] = await listOpenIn(tx, organizationId, { projectId, integrationId }, now);
    if (open !== undefined) return refuse({ code: "request-in-the-way", number: open.number });
    const archived = { ...integration, archivedAt: now };
    await upsertIntegration(tx, archived);
    return accept({ after: integrationSnapshot(archived), value: null });
  });
}

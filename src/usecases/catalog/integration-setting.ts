import { type IntegrationRow, listAllIntegrations } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { By } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { lockActiveProject } from "./edit-project.ts";

export type InProject = By & { projectId: string };

/** What the audit log keeps of an integration. */
export type IntegrationSnapshot = Pick<
  IntegrationRow,
  "projectId" | "name" | "slug" | "deployer" | "compareUrl"
> & { archived: boolean };

export const integrationSubject = (integrationId: string): string => `integration:${integrationId}`;

/** Returns what the audit log keeps of an integration. */
export function integrationSnapshot(integration: IntegrationRow): IntegrationSnapshot {
  const { projectId, name, slug, deployer, compareUrl, archivedAt } = integration;
  return { projectId, name, slug, deployer, compareUrl, archived: archivedAt !== null };
}

/** Returns what the audit log calls a save of an integration. @param before null for a new one */
export function saveAction(before: IntegrationRow | null): string {
  if (before === null) return "integration.created";
  return before.archivedAt === null ? "integration.saved" : "integration.restored";
}

/** Locks the project and returns the integration. Refuses `not-found` if either does not exist or is archived. */
export async function lockIntegration(
  tx: Tx,
  input: { organizationId: string; projectId: string; integrationId: string },
): Promise<Result<IntegrationRow>> {
  const project = await lockActiveProject(tx, input);
  if (!project.ok) return project;
  const integrations = await listAllIntegrations(tx, input.organizationId, input.projectId);
  const integration = integrations.find(({ id }) => id === input.integrationId);
  return integration === undefined || integration.archivedAt !== null
    ? refuse({ code: "not-found", what: "integration" })
    : accept(integration);
}

/** R12: appends the save of an integration to the audit log. @param before null for a new one */
export async function recordIntegration(
  tx: Tx,
  { organizationId, actor, surface }: By,
  { at, before, after }: { at: Date; before: IntegrationRow | null; after: IntegrationRow },
): Promise<void> {
  await recordSetting(tx, {
    ...{ organizationId, actor, surface, at, action: saveAction(before) },
    subject: integrationSubject(after.id),
    before: before && integrationSnapshot(before),
    after: integrationSnapshot(after),
  });
}

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type IntegrationRow,
  listAllIntegrations,
  upsertIntegration,
} from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { checkNames } from "../../domain/catalog/catalog.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { type Context, commit } from "../shared/context.ts";
import { lockActiveProject } from "./edit-project.ts";
import { integrationSnapshot, recordIntegration } from "./integration-setting.ts";

export type PutIntegration = {
  token: ApiToken;
  projectId: string;
  slug: string;
  name: string;
  /** Undefined keeps it, or chooses `record` for a new one. */
  deployer: "record" | "webhook" | undefined;
  /** Contains {from} and {to}; null removes it, undefined keeps it. */
  compareUrl: string | null | undefined;
};

/**
 * Creates, restores or changes the integration with this slug. Repeating the call changes nothing.
 *
 * @returns its id, and whether it was created or restored
 *
 * Refuses `token-scope`, `token-project`, `not-found` (the project), `name-unusable`, `name-taken`, `no-webhook`.
 */
export function putIntegration(
  context: Context,
  input: PutIntegration,
): Promise<Result<{ integrationId: string; created: boolean }>> {
  const { token, projectId, slug, name } = input;
  const { organizationId } = token;
  return commit<{ integrationId: string; created: boolean }>(context, async (tx, now) => {
    const allowed = mayUse(token, "catalog:write", projectId);
    if (!allowed.ok) return allowed;
    const project = await lockActiveProject(tx, { organizationId, projectId });
    if (!project.ok) return project;
    const all = await listAllIntegrations(tx, organizationId, projectId);
    const before = all.find((integration) => integration.slug === slug) ?? null;
    const integrationId = before?.id ?? randomUUID();
    const others = all.map((other) => ({ ...other, archived: other.archivedAt !== null }));
    const named = checkNames("integration", others, { id: integrationId, name, slug });
    if (!named.ok) return named;
    const after = nextIntegration(input, integrationId, before);
    const created = before === null || before.archivedAt !== null;
    if (!created && isSame(before, after)) return accept({ integrationId, created });
    const ready = await checkDeployer(tx, after);
    if (!ready.ok) return ready;
    await upsertIntegration(tx, after);
    const by = { organizationId, actor: actorOf(token), surface: "api" as const };
    await recordIntegration(tx, by, { at: now, before, after });
    return accept({ integrationId, created });
  });
}

function nextIntegration(input: PutIntegration, id: string, before: IntegrationRow | null): IntegrationRow {
  const { token, projectId, slug, name } = input;
  return {
    ...{ organizationId: token.organizationId, id, projectId, slug, name, archivedAt: null },
    deployer: input.deployer ?? before?.deployer ?? "record",
    compareUrl: input.compareUrl === undefined ? (before?.compareUrl ?? null) : input.compareUrl,
  };
}

const isSame = (before: IntegrationRow, after: IntegrationRow): boolean =>
  isDeepStrictEqual(integrationSnapshot(before), integrationSnapshot(after));

/** Refuses `no-webhook` until an admin has set the webhook up in Slack: the API never returns its secret. */
async function checkDeployer(tx: Tx, integration: IntegrationRow): Promise<Result<null>> {
  if (integration.deployer !== "webhook") return accept(null);
  const webhook = await webhooks.find(tx, integration.organizationId, integration.id);
  return webhook === undefined ? refuse({ code: "no-webhook" }) : accept(null);
}

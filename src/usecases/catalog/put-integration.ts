import { randomUUID } from "node:crypto";
import {
  type IntegrationRow,
  listAllIntegrations,
  upsertIntegration,
} from "../../../db/catalog/integrations.ts";
import { lockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { findNamesake } from "../../domain/catalog/catalog.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordIntegration } from "./save-integration.ts";

export type PutIntegration = {
  token: ApiToken;
  projectId: string;
  slug: string;
  name: string;
  /** Undefined leaves it as it is: `record` for a new one. */
  deployer: "record" | "webhook" | undefined;
  /** With {from} and {to} in it; null takes it away, undefined leaves it as it is. */
  compareUrl: string | null | undefined;
};

/**
 * Brings the integration of this slug to what is said, whatever it was: new, archived or other. The same again changes
 * nothing.
 *
 * Refuses `token-scope`, `token-project`, `not-found` (the project), `name-taken`, `no-webhook`.
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
    const project = await lockProject(tx, organizationId, projectId);
    if (project === undefined || project.archivedAt !== null) {
      return refuse({ code: "not-found", what: "project" });
    }
    const known = await listAllIntegrations(tx, organizationId, projectId);
    const before = known.find((one) => one.slug === slug);
    const id = before?.id ?? randomUUID();
    const others = known.map((one) => ({ ...one, archived: one.archivedAt !== null }));
    const taken = findNamesake(others, { id, name, slug });
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken.name });
    const next = {
      ...{ organizationId, id, projectId, slug, name, archivedAt: null },
      deployer: input.deployer ?? before?.deployer ?? "record",
      compareUrl: input.compareUrl === undefined ? (before?.compareUrl ?? null) : input.compareUrl,
    };
    const created = before === undefined || before.archivedAt !== null;
    if (!created && same(before, next)) return accept({ integrationId: id, created });
    const ready = await checkDeployer(tx, next);
    if (!ready.ok) return ready;
    await upsertIntegration(tx, next);
    const by = { organizationId, projectId, actor: actorOf(token), surface: "api" as const };
    await recordIntegration(tx, by, { id, action: actionOf(before), at: now, before });
    return accept({ integrationId: id, created });
  });
}

const same = (one: IntegrationRow, other: IntegrationRow): boolean =>
  one.name === other.name && one.deployer === other.deployer && one.compareUrl === other.compareUrl;

function actionOf(before: IntegrationRow | undefined): string {
  if (before === undefined) return "integration.created";
  return before.archivedAt === null ? "integration.saved" : "integration.restored";
}

/** The webhook deployer needs its address and secret, which admins set up in Slack: no token hands out secrets. */
async function checkDeployer(tx: Tx, next: IntegrationRow): Promise<Result<null>> {
  if (next.deployer !== "webhook") return accept(null);
  const webhook = await webhooks.find(tx, next.organizationId, next.id);
  return webhook === undefined ? refuse({ code: "no-webhook" }) : accept(null);
}

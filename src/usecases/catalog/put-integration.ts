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
import { loweredDeployer } from "../../domain/catalog/guards.ts";
import { resolveSlug } from "../../domain/catalog/slugs.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { withoutUserName } from "../../domain/shared/web-link.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { type Context, commit } from "../shared/context.ts";
import { checkGuards } from "./check-guards.ts";
import { lockActiveProject } from "./edit-project.ts";
import { integrationSnapshot, integrationSubject, recordIntegration } from "./integration-setting.ts";
import { keepName } from "./keep-name.ts";
import { recordRefusedGuard } from "./record-refused-guard.ts";

export type PutIntegration = {
  token: ApiToken;
  projectId: string;
  slug: string;
  /** The slug that the integration had before a rename. */
  previousSlug?: string | undefined;
  name: string;
  /** Undefined keeps it, or chooses `record` for a new one. */
  deployer: "record" | "webhook" | undefined;
  /** Contains {from} and {to}; null removes it, undefined keeps it. */
  compareUrl: string | null | undefined;
};

/** `slug`: the integration's current slug, which is not the given one if that is a former slug. */
export type PutIntegrationResult = { integrationId: string; created: boolean; slug: string };

/**
 * Creates, restores, renames or changes the integration with this slug. Repeating the call changes nothing. R1: it never
 * lowers a guard.
 *
 * @returns its id, whether it was created or restored, and its slug
 *
 * Refuses `token-scope`, `token-project`, `not-found` (the project, or the subject of a rename), `name-unusable`,
 * `name-taken`, `no-webhook`, `guard-lowered`.
 */
export async function putIntegration(
  context: Context,
  input: PutIntegration,
): Promise<Result<PutIntegrationResult>> {
  const { token, projectId } = input;
  return recordRefusedGuard(context, token, await applyIntegration(context, input), async (tx) => {
    const all = await listAllIntegrations(tx, token.organizationId, projectId);
    const resolved = resolveSlug(all, input, "integration");
    if (!resolved.ok || resolved.value.item === null) return undefined;
    const { id, name } = resolved.value.item;
    return { subject: integrationSubject(id), name, projectId };
  });
}

function applyIntegration(context: Context, input: PutIntegration): Promise<Result<PutIntegrationResult>> {
  const { token, projectId } = input;
  const { organizationId } = token;
  return commit<PutIntegrationResult>(context, async (tx, now) => {
    const allowed = mayUse(token, "catalog:write", projectId);
    if (!allowed.ok) return allowed;
    const project = await lockActiveProject(tx, { organizationId, projectId });
    if (!project.ok) return project;
    const all = await listAllIntegrations(tx, organizationId, projectId);
    const resolved = resolveSlug(all, input, "integration");
    if (!resolved.ok) return resolved;
    const { item: before, slug } = resolved.value;
    const integrationId = before?.id ?? randomUUID();
    const subject = integrationSubject(integrationId);
    const name = await keepName(tx, { organizationId, subject }, before, input, slug);
    const named = checkNames("integration", all, { id: integrationId, name, slug });
    if (!named.ok) return named;
    const after = nextIntegration({ ...input, slug, name }, integrationId, before);
    const created = before === null || before.archived;
    if (!created && isSame(before, after)) return accept({ integrationId, created, slug });
    const ready = await checkDeployer(tx, before, after);
    if (!ready.ok) return ready;
    await upsertIntegration(tx, after);
    const by = { organizationId, actor: actorOf(token), surface: "api" as const };
    await recordIntegration(tx, by, { at: now, before, after });
    return accept({ integrationId, created, slug });
  });
}

function nextIntegration(input: PutIntegration, id: string, before: IntegrationRow | null): IntegrationRow {
  const { token, projectId, slug, name } = input;
  const compareUrl = input.compareUrl && withoutUserName(input.compareUrl);
  return {
    ...{ organizationId: token.organizationId, id, projectId, slug, name, archivedAt: null },
    deployer: input.deployer ?? before?.deployer ?? "record",
    compareUrl: compareUrl === undefined ? (before?.compareUrl ?? null) : compareUrl,
  };
}

const isSame = (before: IntegrationRow, after: IntegrationRow): boolean =>
  isDeepStrictEqual(integrationSnapshot(before), integrationSnapshot(after));

/**
 * Refuses `guard-lowered` if the webhook would no longer deploy, and `no-webhook` until an admin has set it up in Slack:
 * the API never returns its secret.
 */
async function checkDeployer(
  tx: Tx,
  before: IntegrationRow | null,
  after: IntegrationRow,
): Promise<Result<null>> {
  const { organizationId, id, deployer } = after;
  const guards = before === null ? [] : loweredDeployer(before, after);
  const guarded = await checkGuards(tx, organizationId, guards);
  if (!guarded.ok || deployer !== "webhook") return guarded;
  const webhook = await webhooks.find(tx, organizationId, id);
  return webhook === undefined ? refuse({ code: "no-webhook" }) : accept(null);
}

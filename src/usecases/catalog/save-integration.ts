import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type IntegrationRow,
  type KnownIntegration,
  listAllIntegrations,
  upsertIntegration,
} from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { checkNames } from "../../domain/catalog/catalog.ts";
import type { DeployerKind } from "../../domain/deployments/deployment.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { Context } from "../shared/context.ts";
import { lockActiveProject } from "./edit-project.ts";
import {
  type InProject,
  integrationSnapshot,
  integrationSubject,
  saveAction,
} from "./integration-setting.ts";

type Names = { name: string; slug: string };

type Seen = Names & { deployer?: string };

export type SaveIntegration = InProject &
  Names & {
    /** The integration to change, with what the person saw of it; null creates one. */
    integration: { id: string; seen: Seen } | null;
    /** Undefined keeps it, or chooses `record` for a new one. A webhook takes effect once it has an address. */
    deployer?: DeployerKind;
    /** Contains {from} and {to}; null removes it, undefined keeps it. */
    compareUrl?: string | null;
  };

/** `needsWebhook`: a webhook was chosen but has no address yet, so the deployer stayed the same. */
export type SavedIntegration = { integrationId: string; restored: boolean; needsWebhook: boolean };

/** The integrations of the project under its lock, and the one to change or restore; null creates one. */
type Existing = { all: readonly KnownIntegration[]; current: IntegrationRow | null };

/**
 * Creates or changes an integration. Creating one with the slug of an archived one restores that one, with its history
 * and live builds.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-unusable`, `name-taken`.
 */
export async function saveIntegration(
  context: Context,
  input: SaveIntegration,
): Promise<Result<SavedIntegration>> {
  const newId = randomUUID();
  const target = {
    lock: (tx: Tx) => lockExisting(tx, input),
    audit: ({ current }: Existing) => ({
      subject: integrationSubject(current?.id ?? newId),
      action: saveAction(current),
    }),
    isSeen: ({ current }: Existing) => isSeen(input, current),
    snapshot: async (_tx: Tx, { current }: Existing) => current && integrationSnapshot(current),
  };
  return changeSetting(context, input, target, async (tx, { state: { all, current }, before }) => {
    const integrationId = current?.id ?? newId;
    const existing = all.map((integration) => ({
      ...integration,
      archived: integration.archivedAt !== null,
    }));
    const named = checkNames("integration", existing, { ...input, id: integrationId });
    if (!named.ok) return named;
    const { deployer, needsWebhook } = await chooseDeployer(tx, input, integrationId, current);
    const { organizationId, projectId, name, slug, compareUrl = current?.compareUrl ?? null } = input;
    const next = {
      ...{ organizationId, id: integrationId, projectId, name, slug, deployer },
      ...{ compareUrl, archivedAt: null },
    };
    const after = integrationSnapshot(next);
    if (!isDeepStrictEqual(before, after)) await upsertIntegration(tx, next);
    const restored = current !== null && current.archivedAt !== null;
    return accept({ after, value: { integrationId, restored, needsWebhook } });
  });
}

/** Locks the project and returns its integrations. Refuses `not-found` (the project or the integration). */
async function lockExisting(tx: Tx, input: SaveIntegration): Promise<Result<Existing>> {
  const { organizationId, projectId, slug, integration } = input;
  const project = await lockActiveProject(tx, input);
  if (!project.ok) return project;
  const all = await listAllIntegrations(tx, organizationId, projectId);
  const current =
    integration === null
      ? all.find((other) => other.archivedAt !== null && other.slug === slug)
      : all.find(({ id, archivedAt }) => id === integration.id && archivedAt === null);
  if (integration !== null && current === undefined) {
    return refuse({ code: "not-found", what: "integration" });
  }
  return accept({ all, current: current ?? null });
}

function isSeen({ integration }: SaveIntegration, current: IntegrationRow | null): boolean {
  if (integration === null || current === null) return true;
  const { name, slug, deployer = current.deployer } = integration.seen;
  return name === current.name && slug === current.slug && deployer === current.deployer;
}

/** Returns the deployer to store: the wanted one, unless that is a webhook that has no address yet. */
async function chooseDeployer(
  tx: Tx,
  { organizationId, deployer }: SaveIntegration,
  integrationId: string,
  current: IntegrationRow | null,
): Promise<{ deployer: string; needsWebhook: boolean }> {
  const currentDeployer = current?.deployer ?? "record";
  const wanted = deployer ?? currentDeployer;
  const isReady =
    wanted !== "webhook" || (await webhooks.find(tx, organizationId, integrationId)) !== undefined;
  return {
    deployer: isReady ? wanted : currentDeployer,
    needsWebhook: deployer !== undefined && !isReady,
  };
}

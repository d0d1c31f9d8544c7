import { randomUUID } from "node:crypto";
import { lastChange } from "../../../db/audit/settings-history.ts";
import {
  type IntegrationRow,
  listAllIntegrations,
  upsertIntegration,
} from "../../../db/catalog/integrations.ts";
import { lockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { findNamesake } from "../../domain/catalog/catalog.ts";
import type { DeployerKind } from "../../domain/deployments/deployment.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type InProject = { organizationId: string; actor: Actor; surface: Surface; projectId: string };

type Names = { name: string; slug: string };

type Seen = Names & { deployer?: string };

export type SaveIntegration = InProject &
  Names & {
    /** The one that is renamed, with the names that the person saw; null: a new one. */
    integration: { id: string; seen: Seen } | null;
    /** Left out: it stays, or is `record` for a new one. A webhook is taken once its address is set. */
    deployer?: DeployerKind;
  };

/** `needsWebhook`: a webhook was chosen and has no address yet, so the deployer stayed as it was. */
export type SavedIntegration = { integrationId: string; restored: boolean; needsWebhook: boolean };

/**
 * Creates or renames an integration. A new one with the short name of one that was archived is that one again, with its
 * history and what is live.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-taken`.
 */
export async function saveIntegration(
  context: Context,
  input: SaveIntegration,
): Promise<Result<SavedIntegration>> {
  const { organizationId, projectId, name, slug } = input;
  return commit<SavedIntegration>(context, async (tx, now) => {
    const allowed = await lockProjectAsAdmin(tx, input);
    if (!allowed.ok) return allowed;
    const known = (await listAllIntegrations(tx, organizationId, projectId)).map((one) => {
      return { ...one, archived: one.archivedAt !== null };
    });
    const wantedId = input.integration?.id ?? known.find((one) => one.archived && one.slug === slug)?.id;
    const before = known.find(({ id }) => id === wantedId);
    if (input.integration !== null) {
      if (before === undefined || before.archived) return refuse({ code: "not-found", what: "integration" });
      const { seen } = input.integration;
      const sameDeployer = seen.deployer === undefined || seen.deployer === before.deployer;
      if (seen.name !== before.name || seen.slug !== before.slug || !sameDeployer) {
        const last = await lastChange(tx, organizationId, `integration:${before.id}`);
        return refuse({ code: "stale", ...last });
      }
    }
    const taken = findNamesake(known, { id: wantedId ?? null, name, slug });
    if (taken !== undefined) {
      const { archived } = taken;
      return refuse({ code: "name-taken", name: taken.slug === slug ? slug : taken.name, archived });
    }
    const id = wantedId ?? randomUUID();
    const restored = before?.archived === true;
    const wished = input.deployer ?? before?.deployer ?? "record";
    const isSet = wished !== "webhook" || (await webhooks.find(tx, organizationId, id)) !== undefined;
    const deployer = isSet ? wished : (before?.deployer ?? "record");
    const saved = { integrationId: id, restored, needsWebhook: input.deployer !== undefined && !isSet };
    const renamed = before?.name !== name || before.slug !== slug;
    if (before !== undefined && !restored && !renamed && before.deployer === deployer) return accept(saved);
    const compareUrl = before?.compareUrl ?? null;
    await upsertIntegration(tx, {
      organizationId,
      id,
      projectId,
      name,
      slug,
      deployer,
      compareUrl,
      archivedAt: null,
    });
    const action =
      before === undefined ? "integration.created" : restored ? "integration.restored" : "integration.saved";
    await recordIntegration(tx, input, { id, action, at: now, before });
    return accept(saved);
  });
}

/** By an admin, under the project's lock. Refuses `not-admin`, `not-found`. */
export async function lockProjectAsAdmin(
  tx: Tx,
  { organizationId, actor, projectId }: Pick<InProject, "organizationId" | "actor" | "projectId">,
): Promise<Result<null>> {
  const admin = await checkAdmin(tx, organizationId, actor);
  if (!admin.ok) return admin;
  const project = await lockProject(tx, organizationId, projectId);
  return project === undefined || project.archivedAt !== null
    ? refuse({ code: "not-found", what: "project" })
    : accept(null);
}

/** R12: what an integration was and what it is now. */
export async function recordIntegration(
  tx: Tx,
  { organizationId, actor, surface, projectId }: InProject,
  { id, action, at, before }: { id: string; action: string; at: Date; before: IntegrationRow | undefined },
): Promise<void> {
  const rows = await listAllIntegrations(tx, organizationId, projectId);
  const after = rows.find((row) => row.id === id);
  if (after === undefined) throw new Error("The integration was not stored");
  const summary = ({ name, slug, deployer, compareUrl, archivedAt }: IntegrationRow) => {
    return { projectId, name, slug, deployer, compareUrl, archived: archivedAt !== null };
  };
  await recordSetting(tx, {
    ...{ organizationId, actor, surface, at, action },
    subject: `integration:${id}`,
    before: before === undefined ? null : summary(before),
    after: summary(after),
  });
}

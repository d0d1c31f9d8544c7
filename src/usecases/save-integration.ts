import { randomUUID } from "node:crypto";
import * as change from "../../db/catalog-change.ts";
import type { Tx } from "../../db/connect.ts";
import { lastChange } from "../../db/settings-history.ts";
import type { Actor, Surface } from "../domain/actor.ts";
import { findNamesake } from "../domain/catalog.ts";
import { accept, type Result, refuse } from "../domain/result.ts";
import { checkAdmin } from "./check-admin.ts";
import { type Context, commit } from "./context.ts";
import { recordSetting } from "./record-setting.ts";

export type InProject = { organizationId: string; actor: Actor; surface: Surface; projectId: string };

type Names = { name: string; slug: string };

export type SaveIntegration = InProject &
  Names & {
    /** The one that is renamed, with the names that the person saw; null: a new one. */
    integration: ({ id: string } & { seen: Names }) | null;
  };

/**
 * Creates or renames an integration. A new one with the short name of one that was archived is that one again, with its
 * history and what is live.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-taken`.
 */
export async function saveIntegration(
  context: Context,
  input: SaveIntegration,
): Promise<Result<{ integrationId: string; restored: boolean }>> {
  const { organizationId, projectId, name, slug } = input;
  return commit<{ integrationId: string; restored: boolean }>(context, async (tx, now) => {
    const allowed = await holdProject(tx, input);
    if (!allowed.ok) return allowed;
    const known = (await change.listAllIntegrations(tx, organizationId, projectId)).map((one) => {
      return { ...one, archived: one.archivedAt !== null };
    });
    const wantedId = input.integration?.id ?? known.find((one) => one.archived && one.slug === slug)?.id;
    const before = known.find(({ id }) => id === wantedId);
    if (input.integration !== null) {
      if (before === undefined || before.archived) return refuse({ code: "not-found", what: "integration" });
      const { seen } = input.integration;
      if (seen.name !== before.name || seen.slug !== before.slug) {
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
    const unchanged = before !== undefined && !restored && before.name === name && before.slug === slug;
    if (unchanged) return accept({ integrationId: id, restored });
    const deployer = before?.deployer ?? "record";
    const compareUrl = before?.compareUrl ?? null;
    await change.putIntegration(tx, {
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
    return accept({ integrationId: id, restored });
  });
}

/** By an admin, under the project's lock. Refuses `not-admin`, `not-found`. */
export async function holdProject(
  tx: Tx,
  { organizationId, actor, projectId }: Pick<InProject, "organizationId" | "actor" | "projectId">,
): Promise<Result<null>> {
  const admin = await checkAdmin(tx, organizationId, actor);
  if (!admin.ok) return admin;
  const project = await change.lockProject(tx, organizationId, projectId);
  return project === undefined || project.archivedAt !== null
    ? refuse({ code: "not-found", what: "project" })
    : accept(null);
}

/** R12: what an integration was and what it is now. */
export async function recordIntegration(
  tx: Tx,
  { organizationId, actor, surface, projectId }: InProject,
  {
    id,
    action,
    at,
    before,
  }: { id: string; action: string; at: Date; before: change.IntegrationRow | undefined },
): Promise<void> {
  const rows = await change.listAllIntegrations(tx, organizationId, projectId);
  const after = rows.find((row) => row.id === id);
  if (after === undefined) throw new Error("The integration was not stored");
  const summary = ({ name, slug, deployer, archivedAt }: change.IntegrationRow) => {
    return { projectId, name, slug, deployer, archived: archivedAt !== null };
  };
  await recordSetting(tx, {
    ...{ organizationId, actor, surface, at, action },
    subject: `integration:${id}`,
    before: before === undefined ? null : summary(before),
    after: summary(after),
  });
}

import * as lists from "../../../db/catalog/integration-lists.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";

export type IntegrationChoice = lists.IntegrationChoice;

/** What the words after `/promote` mean. */
export type Named =
  | { kind: "one"; integration: IntegrationChoice; targetId: string | null }
  | { kind: "many"; name: string; integrations: IntegrationChoice[]; target: string }
  | { kind: "no-environment"; integration: IntegrationChoice; wanted: string; environments: string[] }
  | { kind: "none"; name: string; similar: IntegrationChoice[] };

/** Integrations that contain every word that was typed, at most 100: what a select takes. */
export function searchIntegrations(
  db: Db,
  organizationId: string,
  typed: string,
  projectId?: string,
): Promise<IntegrationChoice[]> {
  return lists.searchIntegrations(db, organizationId, typed, 100, projectId);
}

/**
 * Reads `[project/]integration [target environment]`. Names may have spaces: the longest integration name that fits is
 * taken, and the rest is the environment.
 */
export async function findNamed(db: Db, organizationId: string, text: string): Promise<Named> {
  const slash = text.indexOf("/");
  const project = slash > 0 ? text.slice(0, slash).trim() : null;
  const words = (project === null ? text : text.slice(slash + 1)).trim().split(/\s+/).slice(0, 20);
  for (let length = words.length; length > 0; length -= 1) {
    const name = words.slice(0, length).join(" ");
    const found = await lists.findIntegrationsByName(db, organizationId, project, name);
    const target = words.slice(length).join(" ");
    const [only] = found;
    if (found.length > 1) return { kind: "many", name, integrations: found, target };
    if (only !== undefined) return withTarget(db, organizationId, only, target);
  }
  const similar = await lists.searchIntegrations(db, organizationId, words[0] ?? "", 5);
  return { kind: "none", name: text.trim(), similar };
}

/** The environment of this name in the pipeline of an integration that was chosen; undefined where the latter is gone. */
export async function findTarget(
  db: Db,
  organizationId: string,
  integrationId: string,
  wanted: string,
): Promise<Exclude<Named, { kind: "many" | "none" }> | undefined> {
  const place = await findIntegration(db, organizationId, integrationId);
  if (place === undefined) return undefined;
  const { id, slug, name } = place.integration;
  const integration = { id, slug, name, projectSlug: place.project.slug, projectName: place.project.name };
  return withTarget(db, organizationId, integration, wanted);
}

async function withTarget(
  db: Db,
  organizationId: string,
  integration: IntegrationChoice,
  wanted: string,
): Promise<Exclude<Named, { kind: "many" | "none" }>> {
  if (wanted === "") return { kind: "one", integration, targetId: null };
  const place = await findIntegration(db, organizationId, integration.id);
  const targets = (place?.environments ?? []).slice(1);
  const same = (a: string) => a.toLowerCase() === wanted.toLowerCase();
  const target = targets.find(({ slug, name }) => same(slug) || same(name));
  if (target !== undefined) return { kind: "one", integration, targetId: target.id };
  return { kind: "no-environment", integration, wanted, environments: targets.map(({ name }) => name) };
}

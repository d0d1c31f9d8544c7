import { findEnvironmentId } from "../../../db/catalog/environments.ts";
import * as lists from "../../../db/catalog/integration-lists.ts";
import { findIntegration, type IntegrationInPipeline } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import { isSlug } from "../../domain/catalog/catalog.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";

export type IntegrationChoice = lists.IntegrationChoice;

/** What the text after `/promote` names. */
export type Named =
  | { kind: "one"; integration: IntegrationChoice; targetId: string | null }
  | { kind: "many"; name: string; integrations: IntegrationChoice[]; target: string }
  | { kind: "no-environment"; integration: IntegrationChoice; wanted: string; environments: string[] }
  | { kind: "none"; name: string; similar: IntegrationChoice[] };

/** Returns the integrations that contain every word of the text, at most the 100 that a Slack select accepts. */
export function searchIntegrations(
  db: Db,
  organizationId: string,
  typed: string,
  projectId?: string,
): Promise<IntegrationChoice[]> {
  return lists.searchIntegrations(db, organizationId, typed, 100, projectId);
}

/**
 * Returns what `[project/]integration [target environment]` names. Names may contain spaces: the longest match is the
 * integration, and the rest is the environment.
 */
export async function findNamed(db: Db, organizationId: string, text: string): Promise<Named> {
  const slash = text.indexOf("/");
  const project = slash > 0 ? text.slice(0, slash).trim() : null;
  const words = (project === null ? text : text.slice(slash + 1)).trim().split(/\s+/).slice(0, 20);
  for (let length = words.length; length > 0; length -= 1) {
    const name = words.slice(0, length).join(" ");
    const found = await lists.findIntegrationsByName(db, organizationId, project, name);
    const target = words.slice(length).join(" ");
    // Earlier versions stored projects with the same name, and a project's short name leads to that one only.
    const exact = found.find((one) => isTyped(one.projectSlug, project) && isTyped(one.slug, name));
    const only = exact ?? found[0];
    if (exact === undefined && found.length > 1) return { kind: "many", name, integrations: found, target };
    if (only !== undefined) return withTarget(db, organizationId, only, target);
  }
  const similar = await lists.searchIntegrations(db, organizationId, words[0] ?? "", 5);
  return { kind: "none", name: text.trim(), similar };
}

const isTyped = (slug: string, typed: string | null): boolean => slug === typed?.toLowerCase();

/** Returns the chosen integration with the environment of this name; undefined if there is no such integration. */
export async function findTarget(
  db: Db,
  organizationId: string,
  integrationId: string,
  wanted: string,
): Promise<Exclude<Named, { kind: "many" | "none" }> | undefined> {
  const found = await findIntegration(db, organizationId, integrationId);
  if (found === undefined) return undefined;
  const { id, slug, name } = found.integration;
  const integration = { id, slug, name, projectSlug: found.project.slug, projectName: found.project.name };
  return withTarget(db, organizationId, integration, wanted);
}

async function withTarget(
  db: Db,
  organizationId: string,
  integration: IntegrationChoice,
  wanted: string,
): Promise<Exclude<Named, { kind: "many" | "none" }>> {
  if (wanted === "") return { kind: "one", integration, targetId: null };
  const found = await findIntegration(db, organizationId, integration.id);
  const targets = (found?.environments ?? []).slice(1);
  const same = (a: string) => a.toLowerCase() === wanted.toLowerCase();
  const target =
    targets.find(({ slug, name }) => same(slug) || same(name)) ??
    (found && (await findFormerTarget(db, organizationId, found, wanted)));
  if (target !== undefined) return { kind: "one", integration, targetId: target.id };
  return { kind: "no-environment", integration, wanted, environments: targets.map(({ name }) => name) };
}

/** Returns the target environment that had this slug before it was renamed. */
async function findFormerTarget(
  db: Db,
  organizationId: string,
  { project, environments }: IntegrationInPipeline,
  wanted: string,
): Promise<Environment | undefined> {
  const slug = wanted.toLowerCase();
  const id = isSlug(slug) ? await findEnvironmentId(db, organizationId, project.id, slug) : undefined;
  return environments.slice(1).find((environment) => environment.id === id);
}

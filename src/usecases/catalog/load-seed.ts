import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as audit from "../../../db/audit/audit.ts";
import { archiveOtherEnvironments, upsertEnvironmentBySlug } from "../../../db/catalog/environments.ts";
import { upsertIntegrationBySlug } from "../../../db/catalog/integrations.ts";
import { listProjects, upsertProjectBySlug } from "../../../db/catalog/projects.ts";
import { setRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import { readCatalogSnapshot } from "../../../db/catalog/snapshot.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { listReviewCandidates } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { system } from "../../domain/shared/actor.ts";
import { accept, type Result } from "../../domain/shared/result.ts";
import { defaultOptions, type Workflow } from "../../domain/workflow/workflow.ts";
import { checkWorkflow } from "../../domain/workflow/workflow-check.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { storeSuccess } from "../deployments/store-success.ts";
import { type Context, commit } from "../shared/context.ts";
import { followItems } from "../shared/record-setting.ts";

type Build = {
  id: string;
  version: string;
  digest?: string | undefined;
  commit?: string | undefined;
  link?: string | undefined;
  author?: string | undefined;
  /** The commits since the previous build, newest first. */
  commits?: readonly SeedCommit[] | undefined;
};

type SeedCommit = { hash: string; message: string; author?: string | undefined; link?: string | undefined };

/** The content of a seed file, with people as members. */
export type SeedContent = {
  roles: { name: string; members: { memberId: MemberId; projects: string[] | null }[] }[];
  projects: {
    slug: string;
    name: string;
    requesters: string[];
    environments: { slug: string; name: string; critical: boolean }[];
    integrations: {
      slug: string;
      name: string;
      /** Undefined keeps it, or chooses `record` for a new integration. */
      deployer?: string | undefined;
      compareUrl?: string | undefined;
      builds: Build[];
      live: Record<string, string>;
    }[];
  }[];
  workflow:
    | {
        enabled: boolean;
        roles: string[];
        assignees: MemberId[];
        options: { [K in keyof typeof defaultOptions]?: (typeof defaultOptions)[K] | undefined };
      }
    | undefined;
};

const actor = system("seed file");

type RoleHolding = { memberId: MemberId; projectId: string | null };

/** `settings`: the number of changes of roles, the catalog, or the workflow recorded so far. */
type Loading = { tx: Tx; organizationId: string; now: Date; settings: number };

/**
 * Applies a seed file to an organization, in one transaction. Keeps what the file does not name. Loading the same file
 * again changes nothing.
 *
 * Refuses `no-roles`, `assignee-not-in-roles`, `dead-workflow` (R6).
 */
export async function loadSeed(
  context: Context,
  organizationId: string,
  seed: SeedContent,
): Promise<Result<null>> {
  return commit<null>(context, async (tx, now) => {
    const loading: Loading = { tx, organizationId, now, settings: 0 };
    const before = await readCatalogSnapshot(tx, organizationId);
    const projectIds = new Map<string, string>();
    for (const project of seed.projects) {
      const { slug, name } = project;
      projectIds.set(slug, await upsertProjectBySlug(tx, { organizationId, id: randomUUID(), slug, name }));
    }
    const roleIds = await saveRoles(loading, seed, projectIds);
    for (const project of seed.projects) {
      await saveProject(loading, project, projectIds.get(project.slug) as string, roleIds);
    }
    const after = await readCatalogSnapshot(tx, organizationId);
    if (!isDeepStrictEqual(before, after)) await record(loading, "catalog.saved", "catalog", before, after);
    const saved = seed.workflow && (await saveWorkflow(loading, seed.workflow, roleIds));
    if (saved?.ok === false) return saved;
    // R4: new reviewers get a card, and former ones lose the buttons.
    if (loading.settings > 0) await reopenItems(tx, followItems(organizationId));
    return accept(null);
  });
}

async function record(loading: Loading, action: string, subject: string, before: unknown, after: unknown) {
  const { tx, organizationId, now } = loading;
  // A new live build updates the cards that show it by itself.
  if (action !== "deployment.recorded") loading.settings += 1;
  await audit.append(tx, [
    { organizationId, at: now, actor, surface: "seed", action, subject, before, after },
  ]);
}

async function saveRoles(
  loading: Loading,
  seed: SeedContent,
  projectIds: Map<string, string>,
): Promise<Map<string, string>> {
  const { tx, organizationId } = loading;
  const ids = new Map((await roles.list(tx, organizationId)).map((role) => [role.name, role.id]));
  for (const { name, members } of seed.roles) {
    const existingId = ids.get(name);
    const id = existingId ?? randomUUID();
    if (existingId === undefined) await roles.add(tx, { organizationId, id, name, admin: false });
    ids.set(name, id);
    const before =
      existingId === undefined ? null : { name, holdings: await roles.holdingsOf(tx, organizationId, id) };
    const holdings = members.flatMap(({ memberId, projects }): RoleHolding[] =>
      projects === null
        ? [{ memberId, projectId: null }]
        : projects.map((slug) => ({ memberId, projectId: projectIds.get(slug) as string })),
    );
    await roles.setHoldings(tx, { organizationId, id }, holdings);
    const after = { name, holdings: await roles.holdingsOf(tx, organizationId, id) };
    if (!isDeepStrictEqual(before, after)) await record(loading, "role.saved", `role:${id}`, before, after);
  }
  return ids;
}

async function saveProject(
  loading: Loading,
  project: SeedContent["projects"][number],
  projectId: string,
  roleIds: Map<string, string>,
): Promise<void> {
  const { tx, organizationId, now } = loading;
  const requesterIds = project.requesters.map((role) => roleIds.get(role) as string);
  await setRequesterRoles(tx, organizationId, projectId, requesterIds);
  const environmentIds = new Map<string, string>();
  for (const [position, { slug, name, critical }] of project.environments.entries()) {
    const environment = { organizationId, id: randomUUID(), projectId, slug, name, position, critical };
    environmentIds.set(slug, await upsertEnvironmentBySlug(tx, environment));
  }
  // The file defines the whole pipeline: an environment that it leaves out would have no defined position.
  await archiveOtherEnvironments(tx, organizationId, projectId, [...environmentIds.values()], now);
  for (const { slug, name, deployer, compareUrl, ...integration } of project.integrations) {
    const row = { organizationId, id: randomUUID(), projectId, slug, name, deployer, compareUrl };
    const integrationId = await upsertIntegrationBySlug(tx, row);
    const buildIds = await registerBuilds(loading, integrationId, integration.builds);
    for (const [environment, build] of Object.entries(integration.live)) {
      const environmentId = environmentIds.get(environment) as string;
      await makeLive(loading, integrationId, environmentId, buildIds.get(build) as string);
    }
  }
}

async function registerBuilds(
  { tx, organizationId, now }: Loading,
  integrationId: string,
  list: readonly Build[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [i, { id: externalId, version, digest, commit: sha, link, author, commits }] of list.entries()) {
    // The list is oldest first, and the newest build is the one with the latest time.
    const createdAt = new Date(now.getTime() - (list.length - 1 - i));
    const build = {
      ...{ organizationId, id: randomUUID(), integrationId, externalId, version, createdAt },
      ...{ digest: digest ?? null, commit: sha ?? null, link: link ?? null, author: author ?? null },
      commits:
        commits?.map((change) => ({ ...change, author: change.author ?? null, link: change.link ?? null })) ??
        null,
    };
    ids.set(externalId, await builds.register(tx, build));
  }
  return ids;
}

/** Records a successful deployment, unless the build was deployed there before: a later build stays live. */
async function makeLive(
  loading: Loading,
  integrationId: string,
  environmentId: string,
  buildId: string,
): Promise<void> {
  const { tx, organizationId, now } = loading;
  if (await deployments.wasDeployed(tx, organizationId, { integrationId, environmentId, buildId })) return;
  await requests.lockAround(tx, organizationId, integrationId, environmentId, null);
  const success = { organizationId, actor, integrationId, environmentId, buildId, link: null };
  const { id, outside, baseline } = await storeSuccess(tx, success, now);
  await record(loading, "deployment.recorded", `deployment:${id}`, null, {
    ...{ integrationId, environmentId, buildId, outside, baseline },
  });
}

async function saveWorkflow(
  loading: Loading,
  wanted: NonNullable<SeedContent["workflow"]>,
  roleIds: Map<string, string>,
): Promise<Result<null>> {
  const { tx, organizationId, now } = loading;
  const current = await workflows.current(tx, organizationId);
  const given = Object.fromEntries(Object.entries(wanted.options).filter(([, value]) => value !== undefined));
  const next: Workflow = {
    version: current.version,
    enabled: wanted.enabled,
    roleIds: wanted.roles.map((role) => roleIds.get(role) as string),
    assigneeIds: wanted.assignees,
    options: { ...defaultOptions, ...given },
  };
  if (isDeepStrictEqual(current, next)) return accept(null);
  const projects = await listProjects(tx, organizationId);
  const checked = checkWorkflow(next, await listReviewCandidates(tx, organizationId, next), projects);
  if (!checked.ok) return checked;
  const saved = { ...next, version: current.version + 1 };
  await workflows.add(tx, organizationId, saved, actor, now);
  await record(loading, "workflow.saved", "workflow", current, saved);
  return accept(null);
}

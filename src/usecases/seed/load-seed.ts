import {
  listAllProjects,
  listProjects,
  lockProject,
  lockProjectNames,
} from "../../../db/catalog/projects.ts";
import { listSeedValues, lockSeed, saveSeedValues } from "../../../db/catalog/seed-values.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { system } from "../../domain/shared/actor.ts";
import { type SavedMember, saveMembers } from "../people/save-members.ts";
import { type Context, transact } from "../shared/context.ts";
import { insideTransaction } from "../shared/inside-transaction.ts";
import { checkReviewers, listDeadProjects } from "./check-reviewers.ts";
import { loadBuilds } from "./load-builds.ts";
import { loadHolders } from "./load-holders.ts";
import { loadProjects } from "./load-projects.ts";
import { deleteRoles, loadRoles } from "./load-roles.ts";
import { loadWorkflow } from "./load-workflow.ts";
import type { Loading, LoadOptions, SeedWebhookDeps } from "./loading.ts";
import type { SeedContent } from "./seed-content.ts";
import type { SeedFault, SeedReport } from "./seed-report.ts";

export type LoadSeed = LoadOptions & {
  organizationId: string;
  content: SeedContent;
  /** The people whom the content names, as Slack describes them. */
  people?: readonly SavedMember[];
  /** The people whom the file names and who are left out of the content. */
  absent?: readonly MemberId[];
  /** The faults that were found before. With any, nothing is stored, and further ones are looked for. */
  faults?: readonly SeedFault[];
  webhooks?: SeedWebhookDeps;
};

/**
 * Loads a seed file with the use cases of Settings, in one transaction: all of it or, with any fault or conflict, nothing.
 * Refusals do not end the load, so that the report has all of them. A value that was changed elsewhere since the last load
 * stays unless the file changed too. Loading the same file again changes nothing.
 *
 * @throws OutcomeUnknown if the answer to the commit was lost
 */
export async function loadSeed(context: Context, input: LoadSeed): Promise<SeedReport> {
  try {
    return await transact(context, async (tx, now) => {
      const report = await load(tx, input, now);
      if (report.outcome !== "loaded") throw new RolledBack(report);
      return report;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.report;
    throw error;
  }
}

/** Ends the transaction without storing anything. */
class RolledBack extends Error {
  readonly report: SeedReport;

  constructor(report: SeedReport) {
    super("The load is rolled back");
    this.report = report;
  }
}

async function load(tx: Tx, input: LoadSeed, now: Date): Promise<SeedReport> {
  const { organizationId, content, people = [], absent = [], faults = [], webhooks, force, dryRun } = input;
  await lockSeed(tx, organizationId);
  await lockSettings(tx, organizationId);
  const loading: Loading = {
    ...{ tx, now, force, dryRun, webhooks },
    context: insideTransaction(tx, now),
    by: { organizationId, actor: system("seed file"), surface: "seed" },
    absent: new Set(absent),
    remembered: await listSeedValues(tx, organizationId),
    memory: new Map(),
    ...{ lines: [], faults: [...faults], names: new Map() },
  };
  await saveMembers(loading.context, people, { surface: "seed", asOf: now });
  await loadContent(loading, content);
  await saveMemory(loading);
  const { lines } = loading;
  const isRefused = loading.faults.length > 0 || lines.some(({ kind }) => kind === "conflict");
  const outcome = isRefused ? "refused" : dryRun ? "dry-run" : "loaded";
  return { outcome, lines, faults: loading.faults };
}

/** Holds the workflow and every project, so that nothing that is compared changes before it is stored. */
async function lockSettings(tx: Tx, organizationId: string): Promise<void> {
  await workflows.lock(tx, organizationId);
  await lockProjectNames(tx, organizationId);
  const all = await listAllProjects(tx, organizationId);
  for (const id of all.map((project) => project.id).sort()) await lockProject(tx, organizationId, id);
}

async function loadContent(loading: Loading, content: SeedContent): Promise<void> {
  const { tx, by } = loading;
  const projects = await listProjects(tx, by.organizationId);
  const before = {
    dead: await listDeadProjects(loading),
    projectIds: new Set(projects.map(({ id }) => id)),
  };
  const roles = await loadRoles(loading, content.roles ?? []);
  const { integrations, bySlug } = await loadProjects(loading, content.projects ?? [], roles.names);
  await loadHolders(loading, roles.loaded, (slug) => bySlug.get(slug));
  await loadWorkflow(loading, content.workflow, roles.names);
  await deleteRoles(loading, roles.loaded);
  // A fault in a role may have left people out of it.
  if (!loading.faults.some(({ path }) => path[0] === "roles")) await checkReviewers(loading, before);
  for (const integration of integrations) await loadBuilds(loading, integration);
}

/** Stores what this load is to remember, where that differs from what is remembered. */
async function saveMemory({ tx, by, now, memory, remembered }: Loading): Promise<void> {
  const changed = [...memory].filter(
    ([setting, value]) => JSON.stringify(remembered.get(setting)) !== JSON.stringify(value),
  );
  await saveSeedValues(tx, by.organizationId, new Map(changed), now);
}

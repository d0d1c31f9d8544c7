import { listAllEnvironments } from "../../../db/catalog/environments.ts";
import { type Build, findMany } from "../../../db/deployments/builds.ts";
import { listByExternalIds } from "../../../db/deployments/builds-list.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { findBySlug } from "../../domain/catalog/slugs.ts";
import { differingParts } from "../../domain/deployments/build-identity.ts";
import { cleanBuild } from "../../domain/deployments/clean-build.ts";
import { recordDeployment } from "../deployments/record-manual-deployment.ts";
import { type NewBuild, type StoredBuild, storeBuild } from "../deployments/store-build.ts";
import type { LoadedIntegration } from "./load-integrations.ts";
import { decide, done, fault, type Loading, note, unlessRefused } from "./loading.ts";
import type { SeedBuild } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { showText } from "./show-values.ts";

type KnownBuild = { id: string; version: string };

/** Registers the builds of an integration, and records the builds that the file names as live. */
export async function loadBuilds(loading: Loading, one: LoadedIntegration): Promise<void> {
  const { builds = [], live = {} } = one.integration;
  if (builds.length === 0 && Object.keys(live).length === 0) return;
  const { tx, by } = loading;
  const ids = [...new Set([...builds.map(({ id }) => id), ...Object.values(live)])];
  const registered = await listByExternalIds(tx, by.organizationId, one.id, ids);
  const known = new Map<string, KnownBuild>(registered);
  for (const [i, build] of builds.entries()) {
    const path = [...one.path, "builds", i];
    const existing = registered.get(build.id);
    if (existing !== undefined) {
      if (checkSame(loading, build, existing, path)) await repeat(loading, one, build, path);
    } else {
      // The list is oldest first, and the newest build is the one with the latest time.
      const createdAt = new Date(loading.now.getTime() - (builds.length - 1 - i));
      const id = await register(loading, one, build, createdAt, path);
      if (id !== undefined) known.set(build.id, { id, version: build.version });
    }
  }
  await loadLive(loading, one, known);
}

async function register(
  loading: Loading,
  { id: integrationId, subject }: LoadedIntegration,
  build: SeedBuild,
  createdAt: Date,
  path: SeedPath,
): Promise<string | undefined> {
  const { tx, by, now } = loading;
  const described = describe(build);
  const result = await storeBuild(tx, by, { integrationId, build: described, createdAt }, now);
  const stored = unlessRefused(loading, result, () => path);
  if (stored === undefined) return undefined;
  done(loading, path, subject, `build ${build.id} registered: version ${stored.build.version}`);
  noteAll(loading, path, subject, stored);
  return stored.build.id;
}

/** Names what the file says of a registered build that differs from what stays. What it leaves out is no difference. */
async function repeat(
  loading: Loading,
  { id: integrationId, subject }: LoadedIntegration,
  build: SeedBuild,
  path: SeedPath,
): Promise<void> {
  const { tx, by, now } = loading;
  const result = await storeBuild(tx, by, { integrationId, build: describe(build) }, now);
  const stored = unlessRefused(loading, result, () => path);
  if (stored !== undefined) noteAll(loading, path, subject, stored);
}

function noteAll(loading: Loading, path: SeedPath, subject: string, { build, notes }: StoredBuild): void {
  for (const { field, note: words } of notes) {
    note(loading, path, subject, `build ${build.externalId}, ${field}: ${words}`);
  }
}

function describe(build: SeedBuild): NewBuild {
  const { id, version, digest, commit, link = null, author = null, builtAt, commits } = build;
  return {
    ...{ id, version, digest, commit, link, author },
    builtAt: builtAt === undefined ? null : new Date(builtAt),
    commits:
      commits?.map((change) => ({ ...change, author: change.author ?? null, link: change.link ?? null })) ??
      null,
  };
}

/** Builds never change: a registered id with another version, commit, or digest is a fault. Returns whether there is none. */
function checkSame(loading: Loading, build: SeedBuild, stored: Build, path: SeedPath): boolean {
  const parts = differingParts(cleanBuild(stored), cleanBuild(describe(build)));
  for (const part of parts) {
    const words = `The build ${build.id} is registered with the ${part} ${stored[part] ?? "(none)"}. Builds never change: give a different build an id of its own.`;
    fault(loading, [...path, part], words);
  }
  return parts.length === 0;
}

async function loadLive(
  loading: Loading,
  one: LoadedIntegration,
  known: ReadonlyMap<string, KnownBuild>,
): Promise<void> {
  const { tx, by } = loading;
  const wanted = Object.entries(one.integration.live ?? {});
  if (wanted.length === 0) return;
  const all = await listAllEnvironments(tx, by.organizationId, one.projectId);
  const live = await deployments.live(tx, by.organizationId, one.id);
  const liveIds = [...live.values()].map(({ buildId }) => buildId);
  const liveBuilds = await findMany(tx, by.organizationId, liveIds);
  for (const [slug, externalId] of wanted) {
    const path = [...one.path, "live", slug];
    const previousSlug = one.environments.find((named) => named.slug === slug)?.previousSlug;
    const environment =
      findBySlug(all, slug) ?? (previousSlug === undefined ? undefined : findBySlug(all, previousSlug));
    const build = known.get(externalId);
    if (environment === undefined) {
      fault(loading, path, `There is no environment ${slug}, neither in this file nor in Signoff.`);
    } else if (build === undefined) {
      fault(loading, path, `There is no build ${externalId}, neither in this file nor in Signoff.`);
    } else if (environment.archived) {
      note(loading, path, one.subject, `the environment ${slug} is archived, so nothing becomes live there`);
    } else {
      const current = liveBuilds.get(live.get(environment.id)?.buildId ?? "")?.externalId;
      await makeLive(loading, one, { environment, build, externalId, current, path });
    }
  }
}

type WantedLive = {
  environment: { id: string; slug: string };
  build: KnownBuild;
  externalId: string;
  /** The external ID of the build that is live there; undefined if none is. */
  current: string | undefined;
  path: SeedPath;
};

/** Records a successful deployment, unless the build was deployed there before: a later build stays live. */
async function makeLive(loading: Loading, one: LoadedIntegration, wanted: WantedLive): Promise<void> {
  const { environment, build, externalId, current, path } = wanted;
  const { tx, by, now } = loading;
  const deployed = { integrationId: one.id, environmentId: environment.id, buildId: build.id };
  const isBack = current !== externalId && (await deployments.wasDeployed(tx, by.organizationId, deployed));
  const count = loading.lines.length;
  const next = decide(loading, {
    ...{ path, key: `live:${one.id}/${environment.id}`, subject: one.subject },
    ...{ setting: `live in ${environment.slug}`, file: externalId, stored: current ?? "", show: showLive },
    isNew: current === undefined,
  });
  if (isBack) {
    // The file is a baseline: it says where things began, and does not roll back.
    loading.lines.splice(count);
    const words = `${showLive(current ?? "")} stays live in ${environment.slug}: ${externalId} was live there before and does not come back`;
    note(loading, path, one.subject, words);
    return;
  }
  if (next === current) return;
  const target = { ...by, integrationId: one.id, environmentId: environment.id, link: null };
  await recordDeployment(tx, target, build, now);
}

const showLive = (externalId: string): string => (externalId === "" ? "nothing" : showText(externalId));

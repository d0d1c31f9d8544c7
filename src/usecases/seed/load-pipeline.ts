import { randomUUID } from "node:crypto";
import { listAllEnvironments } from "../../../db/catalog/environments.ts";
import { findProject } from "../../../db/catalog/projects.ts";
import { stateCritical } from "../../domain/catalog/guards.ts";
import { applyOrder, insertInOrder, sameOrder } from "../../domain/catalog/merge-setting.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import type { StoredEnvironment } from "../../domain/catalog/plan-pipeline.ts";
import { checkName } from "../../domain/shared/check-name.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { sameName } from "../../domain/shared/same-name.ts";
import { savePipeline } from "../catalog/save-pipeline.ts";
import { decideArchived } from "./archived.ts";
import { decide, done, fault, type Loading, note, remember, unlessRefused } from "./loading.ts";
import { resolveItems } from "./resolve-items.ts";
import type { SeedEnvironment } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { showFlag, showText } from "./show-values.ts";

/** An environment of the file that is to be in the pipeline. `stored` is undefined for a new one. */
type Named = {
  environment: SeedEnvironment;
  path: SeedPath;
  id: string;
  stored: StoredEnvironment | undefined;
};

type Owner = { projectId: string; slug: string; isNew: boolean };

/** Returns the pipeline of a new project; undefined, and a fault, if an environment has no name. */
export function newEnvironments(
  loading: Loading,
  list: readonly SeedEnvironment[],
  path: SeedPath,
): { slug: string; name: string; critical: boolean }[] | undefined {
  const wanted = [...list.entries()].filter(([, { archived }]) => !archived);
  const named = wanted.flatMap(([i, { slug, name, critical = false }]) => {
    if (name !== undefined) return [{ slug, name, critical }];
    needsName(loading, slug, [...path, i]);
    return [];
  });
  return named.length === wanted.length ? named : undefined;
}

const needsName = (loading: Loading, slug: string, path: SeedPath): void =>
  fault(loading, path, `The environment ${slug} is new, so it needs a name.`);

/**
 * Changes the environments that a file names. Those that it leaves out keep their place. The others come in the order of
 * the file, and new ones where the file puts them.
 */
export async function loadPipeline(
  loading: Loading,
  owner: Owner,
  list: readonly SeedEnvironment[] | undefined,
  path: SeedPath,
): Promise<void> {
  const { tx, by } = loading;
  const all = await listAllEnvironments(tx, by.organizationId, owner.projectId);
  for (const { id, name } of all) loading.names.set(id, name);
  const current = all.filter(({ archived }) => !archived).sort((a, b) => a.position - b.position);
  const { named, archivedIds } = nameEnvironments(loading, owner, all, list ?? [], path);
  const remaining = current.filter(({ id }) => !archivedIds.has(id)).map(({ id }) => id);
  const order = decideOrder(loading, owner, { remaining, named, path });
  const changed = new Map(named.map((one) => [one.id, decideEnvironment(loading, owner, one)]));
  const byId = new Map(all.map((environment) => [environment.id, environment]));
  const next = order.flatMap((id, position): Wanted[] => {
    const known = byId.get(id);
    const wanted = changed.get(id) ?? (known && { ...known });
    return wanted === undefined ? [] : [{ ...wanted, position }];
  });
  const critical = stateCritical(all, next);
  const pipeline = next.map((environment, i) => ({ ...environment, critical: critical[i] ?? false }));
  reportNew(loading, owner, pipeline, named);
  if (isSame(current, pipeline)) return;
  const project = await findProject(tx, by.organizationId, owner.projectId);
  const version = project?.version ?? 0;
  const saved = await savePipeline(loading.context, {
    ...{ ...by, projectId: owner.projectId, version, pipeline: () => pipeline },
  });
  unlessRefused(loading, saved, (refusal) => [...path, ...placeOf(refusal, named)]);
}

/** Returns where in the list a refusal belongs: at the last environment that has the name that is taken. */
function placeOf(refusal: Refusal, named: readonly Named[]): SeedPath {
  if (refusal.code !== "name-taken") return [];
  const { name: taken } = refusal;
  const isTaken = ({ environment: { name, slug } }: Named) =>
    slug === taken || (name !== undefined && sameName(name, taken));
  const last = named.findLast(isTaken);
  return last === undefined ? [] : last.path.slice(-1);
}

/** An environment of the next pipeline; its `critical` may be unstated. */
type Wanted = Omit<Environment, "critical"> & { critical: boolean | undefined };

/** Finds what the file's environments are, and which of them it archives. */
function nameEnvironments(
  loading: Loading,
  owner: Owner,
  all: readonly StoredEnvironment[],
  list: readonly SeedEnvironment[],
  path: SeedPath,
): { named: Named[]; archivedIds: Set<string> } {
  const named: Named[] = [];
  const archivedIds = new Set<string>();
  const items = list.map((item, i) => ({ item, path: [...path, i] }));
  for (const { item: environment, path: at, stored } of resolveItems(loading, all, items, "environment")) {
    const subject = `environment ${owner.slug}/${stored?.slug ?? environment.slug}`;
    if (stored === undefined) {
      if (environment.archived) note(loading, at, subject, "does not exist, so there is nothing to archive");
      else named.push({ environment, path: at, id: randomUUID(), stored });
      continue;
    }
    const archived = decideArchived(loading, {
      ...{ path: at, subject, key: `environment:${stored.id}/archived` },
      ...{ file: environment.archived, stored: stored.archived },
    });
    if (archived) archivedIds.add(stored.id);
    else named.push({ environment, path: at, id: stored.id, stored });
  }
  return { named, archivedIds };
}

/** Returns the ids of the next pipeline, in order. */
function decideOrder(
  loading: Loading,
  { projectId, slug, isNew }: Owner,
  { remaining, named, path }: { remaining: string[]; named: readonly Named[]; path: SeedPath },
): string[] {
  const wanted = named.map(({ id }) => id);
  const key = `project:${projectId}/order`;
  const file = applyOrder(remaining, wanted);
  // One environment says nothing about the order.
  const isSaid = wanted.filter((id) => remaining.includes(id)).length > 1;
  const order = decide(loading, {
    ...{ path, key, subject: `project ${slug}`, setting: "order", stored: remaining, isNew },
    ...{ file: isSaid ? file : undefined, isEqual: sameOrder },
    show: (ids: string[]) => ids.map((id) => loading.names.get(id) ?? id).join(" → "),
  });
  const next = insertInOrder(order, wanted);
  const past = loading.remembered.get(key);
  // What another file said about environments that this one leaves out stays remembered.
  const remembered = applyOrder((past?.value as string[] | undefined) ?? file, wanted);
  remember(loading, key, insertInOrder(remembered, next), isSaid || past?.said === true);
  return next;
}

/** Decides the settings of one environment. */
function decideEnvironment(loading: Loading, { slug: project }: Owner, one: Named): Wanted | undefined {
  const { environment, path, id, stored } = one;
  if (stored === undefined) {
    const { slug, name, critical } = environment;
    if (name === undefined) needsName(loading, slug, path);
    return { id, slug, name: name ?? slug, position: 0, critical };
  }
  const subject = `environment ${project}/${stored.slug}`;
  const setting = <T>(name: string, values: { file: T | undefined; stored: T; replaces?: T | undefined }) => {
    return { path: [...path, name], key: `environment:${id}/${name}`, subject, setting: name, ...values };
  };
  const { previousSlug } = environment;
  const critical = decide(loading, {
    ...setting("critical", { file: environment.critical, stored: stored.critical }),
    show: showFlag,
  });
  // One that is restored and states nothing inherits the guard of its place, as a new one does.
  return {
    id,
    slug: decide(loading, {
      ...setting("slug", { file: environment.slug, stored: stored.slug, replaces: previousSlug }),
      show: showText,
    }),
    name: decide(loading, {
      ...setting("name", { file: environment.name, stored: stored.name }),
      show: showText,
      check: (name, present) => checkName("environment", name, present),
    }),
    position: 0,
    critical: stored.archived && environment.critical === undefined ? undefined : critical,
  };
}

/** Reports the environments that are new and those that are restored with another guard, and remembers the new ones. */
function reportNew(
  loading: Loading,
  { slug: project }: Owner,
  pipeline: readonly Environment[],
  named: readonly Named[],
): void {
  for (const { id, slug, name, critical } of pipeline) {
    const one = named.find((environment) => environment.id === id);
    if (one === undefined) continue;
    if (one.stored !== undefined) {
      const inherits = one.stored.archived && one.environment.critical === undefined;
      const words = "is critical, because it comes after a critical one or takes the place of one";
      if (inherits && critical && !one.stored.critical)
        done(loading, one.path, `environment ${project}/${slug}`, words);
      continue;
    }
    const values = { slug, name, critical, archived: false };
    for (const [key, value] of Object.entries(values)) {
      const isSaid = one.environment[key as keyof SeedEnvironment] !== undefined;
      remember(loading, `environment:${id}/${key}`, value, isSaid);
    }
    loading.names.set(id, name);
    const words = `created: ${name}${critical ? ", critical" : ""}`;
    done(loading, one.path, `environment ${project}/${slug}`, words);
  }
}

const isSame = (current: readonly Environment[], next: readonly Environment[]): boolean =>
  current.length === next.length &&
  current.every((one, i) => {
    const other = next[i];
    return (
      other !== undefined &&
      one.id === other.id &&
      one.slug === other.slug &&
      one.name === other.name &&
      one.critical === other.critical
    );
  });

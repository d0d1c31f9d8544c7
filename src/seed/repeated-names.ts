import { isBroken } from "../usecases/seed/seed-content.ts";
import type { SeedPath } from "../usecases/seed/seed-report.ts";
import type { Seed, SeedFileProject } from "./seed-file.ts";
import type { LineFault } from "./yaml-document.ts";

type LineOf = (path: SeedPath) => number;

/** Returns a fault for everything that the file names twice. */
export function repeatedNames({ roles = [], projects = [] }: Seed, lineOf: LineOf): LineFault[] {
  const named = roles.map((role) => (isBroken(role) ? null : role.name.toLowerCase()));
  const slugs = projects.map((project) => (isBroken(project) ? null : project.slug));
  return [
    ...repeated("role", named, ["roles"], lineOf),
    ...repeated("project", slugs, ["projects"], lineOf),
    ...projects.flatMap((project, i) =>
      isBroken(project) ? [] : repeatedInProject(project, ["projects", i], lineOf),
    ),
  ];
}

function repeatedInProject(
  { slug, environments = [], integrations = [] }: SeedFileProject,
  path: SeedPath,
  lineOf: LineOf,
): LineFault[] {
  const environmentSlugs = environments.map((environment) => environment.slug);
  const integrationSlugs = integrations.map((one) => (isBroken(one) ? null : one.slug));
  return [
    ...repeated(`${slug}: environment`, environmentSlugs, [...path, "environments"], lineOf),
    ...repeated(`${slug}: integration`, integrationSlugs, [...path, "integrations"], lineOf),
    ...integrations.flatMap((one, i) => {
      if (isBroken(one)) return [];
      const ids = (one.builds ?? []).map(({ id }) => id);
      return repeated(`${slug}/${one.slug}: build`, ids, [...path, "integrations", i, "builds"], lineOf);
    }),
  ];
}

function repeated(
  what: string,
  values: readonly (string | null)[],
  path: SeedPath,
  lineOf: LineOf,
): LineFault[] {
  const first = new Map<string, number>();
  return values.flatMap((value, i) => {
    if (value === null) return [];
    const earlier = first.get(value);
    if (earlier === undefined) {
      first.set(value, i);
      return [];
    }
    const words = `${what} ${value} is there twice, first in line ${lineOf([...path, earlier])}`;
    return [{ line: lineOf([...path, i]), words }];
  });
}

import type { Place } from "./place.ts";
import { absent } from "./row.ts";

/** Returns an environment as a catalog states it. */
export const env = (slug: string, more: object = {}) => ({
  ...{ slug, name: slug.charAt(0).toUpperCase() + slug.slice(1) },
  ...more,
});

export const [development, staging, production] = [
  env("development"),
  env("staging"),
  env("production", { critical: true }),
];

/** Loads a file that says only this of the cell's project. */
export const file = (at: Place, project: object, options?: { force?: boolean }) =>
  at.load({ projects: [{ slug: at.slug, name: at.name, ...project }] }, options);

export const noJob = absent("No job or event changes a project.");

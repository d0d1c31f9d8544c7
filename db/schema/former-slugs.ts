import { pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { id, moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** What a former slug belonged to. */
export type SlugOwner = "project" | "environment" | "integration";

/** Slugs that a project, an environment, or an integration had before it was renamed. They keep leading to it. */
export const formerSlugs = pgTable(
  "former_slugs",
  {
    organizationId: organizationId().references(() => organizations.id),
    owner: text().$type<SlugOwner>().notNull(),
    /** The project of the environment or the integration; null for a project. */
    projectId: uuid(),
    slug: text().notNull(),
    /** The project, environment, or integration that had the slug. */
    ownerId: id(),
    renamedAt: moment().notNull(),
  },
  (t) => [unique("former_slugs_once").on(t.organizationId, t.owner, t.projectId, t.slug).nullsNotDistinct()],
);

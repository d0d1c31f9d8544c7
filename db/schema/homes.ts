import { foreignKey, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { members, organizations } from "./people.ts";

/** Where somebody is in the App Home, and when they opened it. It is redrawn while they are looking. */
export const homes = pgTable(
  "homes",
  {
    organizationId: organizationId(),
    memberId: text().notNull(),
    /** The tab and the choices on it (project, page, filter), for the next time. */
    place: jsonb().notNull(),
    openedAt: moment().notNull(),
    drawnAt: moment(),
    /** The hash of the view that was published last. */
    hash: text(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.memberId] }),
    foreignKey({
      columns: [t.organizationId, t.memberId],
      foreignColumns: [members.organizationId, members.id],
    }),
  ],
);

/** The progress of the hourly sync of people and groups, so that it continues where it was interrupted. */
export const directoryRuns = pgTable(
  "directory_runs",
  {
    organizationId: organizationId().references(() => organizations.id),
    kind: text().$type<"people" | "groups">().notNull(),
    startedAt: moment().notNull(),
    /** The position at which to continue; null if the run is finished. */
    next: text(),
    finishedAt: moment(),
    faults: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.kind] })],
);

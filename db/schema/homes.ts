import { foreignKey, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { members, organizations } from "./people.ts";

/** Where somebody is in the App Home, and when they opened it: what they see is drawn again while they look. */
export const homes = pgTable(
  "homes",
  {
    organizationId: organizationId(),
    memberId: text().notNull(),
    /** The tab, and what is chosen on it: project, page, filter. Remembered for the next time. */
    place: jsonb().notNull(),
    openedAt: moment().notNull(),
    drawnAt: moment(),
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

/** How far the hourly reading of people and groups has come, so that it goes on where it was interrupted. */
export const directoryRuns = pgTable(
  "directory_runs",
  {
    organizationId: organizationId().references(() => organizations.id),
    kind: text().$type<"people" | "groups">().notNull(),
    startedAt: moment().notNull(),
    /** What comes next; null when the run is finished. */
    next: text(),
    finishedAt: moment(),
    faults: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.kind] })],
);

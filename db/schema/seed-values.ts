import { jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** What the last loaded seed file said about each setting, to tell a change of the file from a change made elsewhere. */
export const seedValues = pgTable(
  "seed_values",
  {
    organizationId: organizationId().references(() => organizations.id),
    /** The setting, such as `project:commerce/name`. */
    setting: text().notNull(),
    value: jsonb().$type<{ value: unknown; said: boolean }>().notNull(),
    loadedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.setting] })],
);

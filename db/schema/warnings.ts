import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** Problems that the admins were told about. A row is deleted when its problem is resolved, so that a new one is reported. */
export const warnings = pgTable(
  "warnings",
  {
    organizationId: organizationId().references(() => organizations.id),
    /** What the warning is about, such as `project:…`, `request:42`, or `group:S…`. */
    subject: text().notNull(),
    toldAt: moment().notNull(),
    /** The provider's error, if the warning is about a provider. */
    reason: text(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.subject] })],
);

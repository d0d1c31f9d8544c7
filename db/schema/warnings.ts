import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** What the admins were told is amiss. A row goes when it is mended, so that they are told again when it breaks anew. */
export const warnings = pgTable(
  "warnings",
  {
    organizationId: organizationId().references(() => organizations.id),
    /** What it is about: `project:…`, `request:42`, `group:S…`. */
    subject: text().notNull(),
    toldAt: moment().notNull(),
    /** What the far end said, where it is about one. */
    reason: text(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.subject] })],
);

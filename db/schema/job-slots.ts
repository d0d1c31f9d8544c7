import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** The last slot taken of each scheduled job. Only one of several replicas takes a slot. */
export const jobSlots = pgTable(
  "job_slots",
  {
    organizationId: organizationId().references(() => organizations.id),
    job: text().notNull(),
    slot: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.job] })],
);

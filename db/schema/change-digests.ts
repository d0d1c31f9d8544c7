import { bigint, pgTable } from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** How far the admins have been told about changes that a token or a seed file made to settings. */
export const changeDigests = pgTable("change_digests", {
  organizationId: organizationId()
    .primaryKey()
    .references(() => organizations.id),
  /** The last entry of the audit log that a digest covered. */
  throughId: bigint({ mode: "number" }).notNull(),
  sentAt: moment().notNull(),
});

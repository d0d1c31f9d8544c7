import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
} from "drizzle-orm/pg-core";
import { organizationId } from "./columns.ts";

/**
 * A time kept to the microsecond: rounded to the millisecond, "available now" could lie in the future for the claim
 * that follows at once, and two leases could look the same.
 */
const instant = () => timestamp({ withTimezone: true });

/**
 * What is to be done after a commit, one row per key. A row without `settledAt` is open; an open row with
 * `leasedUntil` is being worked, until then by nobody else.
 */
export const outbox = pgTable(
  "outbox",
  {
    organizationId: organizationId(),
    id: bigint({ mode: "number" }).generatedAlwaysAsIdentity().notNull(),
    kind: text().notNull(),
    key: text().notNull(),
    payload: jsonb().$type<unknown>().notNull(),
    /** Rises with each change that came for the same key: a worker that saw an older one must go again. */
    revision: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    availableAt: instant().notNull().defaultNow(),
    leasedUntil: instant(),
    /** An earlier attempt may have reached the far end: its answer is unknown. */
    inDoubt: boolean().notNull().default(false),
    settledAt: instant(),
    outcome: text({ enum: ["done", "dead"] }),
    /** Why it waits for another attempt, or why it is dead. */
    reason: text(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.key),
    index("outbox_due").on(t.availableAt).where(sql`${t.settledAt} is null`),
    check("outbox_settled", sql`(${t.settledAt} is null) = (${t.outcome} is null)`),
    check("outbox_lease", sql`${t.settledAt} is null or ${t.leasedUntil} is null`),
  ],
);

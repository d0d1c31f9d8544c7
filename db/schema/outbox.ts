import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { moment, organizationId } from "./columns.ts";

/**
 * Work to do after a commit, one row for each key. A row without `settledAt` is open. An open row with a future
 * `leasedUntil` is being processed, and no other worker claims it until then.
 */
export const outbox = pgTable(
  "outbox",
  {
    organizationId: organizationId(),
    id: bigint({ mode: "number" }).generatedAlwaysAsIdentity(),
    kind: text().notNull(),
    key: text().notNull(),
    payload: jsonb().$type<unknown>().notNull(),
    /** Incremented when the item is added again. A worker that saw an older revision must process it again. */
    revision: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    /** Items with a lower number are claimed first. */
    priority: smallint().notNull().default(0),
    /** The request and the recipient that the item is about, for the list of a request's deliveries. */
    requestNumber: integer(),
    recipientId: text(),
    availableAt: moment().notNull().defaultNow(),
    leasedUntil: moment(),
    /** Whether the response to an earlier attempt was lost, so that the attempt may have succeeded. */
    inDoubt: boolean().notNull().default(false),
    settledAt: moment(),
    outcome: text({ enum: ["done", "dead"] }),
    /** Why the item waits for another attempt, or why it failed for good. */
    reason: text(),
    createdAt: moment().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.key),
    index("outbox_due").on(t.availableAt).where(sql`settled_at is null`),
    index("outbox_claim").on(t.priority, t.availableAt).where(sql`settled_at is null`),
    index("outbox_ended").on(t.outcome, t.settledAt).where(sql`settled_at is not null`),
    index("outbox_of_request").on(t.organizationId, t.requestNumber).where(sql`request_number is not null`),
  ],
);

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
 * What is to be done after a commit, one row per key. A row without `settledAt` is open; an open row with
 * `leasedUntil` is being worked, until then by nobody else.
 */
export const outbox = pgTable(
  "outbox",
  {
    organizationId: organizationId(),
    id: bigint({ mode: "number" }).generatedAlwaysAsIdentity(),
    kind: text().notNull(),
    key: text().notNull(),
    payload: jsonb().$type<unknown>().notNull(),
    /** Rises with each change that came for the same key: a worker that saw an older one must go again. */
    revision: integer().notNull().default(0),
    attempts: integer().notNull().default(0),
    /** Lower ones are claimed first. */
    priority: smallint().notNull().default(0),
    /** The request that it tells of, and whom it tells; for the request's ledger. */
    requestNumber: integer(),
    recipientId: text(),
    availableAt: moment().notNull().defaultNow(),
    leasedUntil: moment(),
    /** An earlier attempt may have reached the far end: its answer is unknown. */
    inDoubt: boolean().notNull().default(false),
    settledAt: moment(),
    outcome: text({ enum: ["done", "dead"] }),
    /** Why it waits for another attempt, or why it is dead. */
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

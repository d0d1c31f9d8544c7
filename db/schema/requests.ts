import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { BoundFacts } from "../../src/domain/requests/bound-facts.ts";
import type { Decision, StateName, Verdict } from "../../src/domain/requests/request.ts";
import type { Actor, Surface } from "../../src/domain/shared/actor.ts";
import { builds, environments, integrations } from "./catalog.ts";
import { id, moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** The saved versions of *Environment Promotion*. Rows are added, never changed. The highest version is in effect. */
export const workflowVersions = pgTable(
  "workflow_versions",
  {
    organizationId: organizationId().references(() => organizations.id),
    version: integer().notNull(),
    enabled: boolean().notNull(),
    roleIds: uuid().array().notNull(),
    assigneeIds: text().array().notNull(),
    options: jsonb().notNull(),
    savedBy: jsonb().$type<Actor>().notNull(),
    savedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.version] })],
);

/** When a request was closed or, if it is not closed, decided. Null only while it is pending. */
const endedAt = sql`(coalesce(closed_at, decided_at))`;

export const requests = pgTable(
  "requests",
  {
    organizationId: organizationId().references(() => organizations.id),
    number: integer().notNull(),
    version: integer().notNull(),
    projectId: id(),
    integrationId: id(),
    sourceId: id(),
    targetId: id(),
    buildId: id(),
    targetBuildId: uuid(),
    requestedBy: jsonb().$type<Actor>().notNull(),
    requesterId: text().notNull(),
    message: text().notNull(),
    createdAt: moment().notNull(),
    approvals: integer().notNull(),
    outcome: text().$type<Decision["outcome"]>(),
    decidedAt: moment(),
    decidedBy: jsonb().$type<Actor>(),
    state: text().$type<StateName>().notNull(),
    expiresAt: moment(),
    closedAt: moment(),
    closedBy: jsonb().$type<Actor>(),
    replacedBy: integer(),
    deploymentId: uuid(),
    attemptOutcome: text().$type<"failed" | "unknown">(),
    /** Why the request was cancelled, or why the last attempt failed. */
    reason: text(),
    /** Never repeats. Numbers do, because a restored or a new database starts from an earlier number. */
    identity: uuid().notNull().defaultRandom(),
    /** What the keys of its emails, webhooks, and calls contain. Requests that an earlier version stored keep the number. */
    keyedBy: text({ enum: ["number", "identity"] })
      .notNull()
      .default("number"),
    /** R7: the bound facts, what identifies them, and when they were read. After the decision, those that were decided. */
    facts: jsonb().$type<BoundFacts>(),
    fingerprint: text(),
    factsVersion: bigint({ mode: "number" }),
    /**
     * The version of this row and of the rules at which `approvals` was counted. If either differs from the present one,
     * the approvals are counted again.
     */
    countedVersion: integer(),
    countedRules: bigint({ mode: "number" }),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.number] }),
    foreignKey({
      columns: [t.organizationId, t.integrationId],
      foreignColumns: [integrations.organizationId, integrations.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.sourceId],
      foreignColumns: [environments.organizationId, environments.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.targetId],
      foreignColumns: [environments.organizationId, environments.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.buildId],
      foreignColumns: [builds.organizationId, builds.id],
    }),
    uniqueIndex("requests_one_open")
      .on(t.organizationId, t.integrationId, t.targetId)
      .where(sql`state in ('pending', 'approved', 'promoting', 'failed')`),
    index("requests_expiring")
      .on(t.expiresAt)
      .where(sql`expires_at is not null and state in ('pending', 'approved', 'failed')`),
    index("requests_of_project").on(t.organizationId, t.projectId, t.number),
    index("requests_of_integration").on(t.organizationId, t.integrationId, t.number),
    index("requests_pending").on(t.organizationId, t.number).where(sql`state = 'pending'`),
    index("requests_past").on(t.organizationId, endedAt, t.number).where(sql`state <> 'pending'`),
    index("requests_past_of_project")
      .on(t.organizationId, t.projectId, endedAt, t.number)
      .where(sql`state <> 'pending'`),
  ],
);

/** Every review. A review that its reviewer replaced stays, with `replacedAt`. */
export const reviews = pgTable(
  "reviews",
  {
    organizationId: organizationId(),
    id: id(),
    requestNumber: integer().notNull(),
    reviewerId: text().notNull(),
    verdict: text().$type<Verdict>().notNull(),
    comment: text().notNull(),
    workflowVersion: integer().notNull(),
    surface: text().$type<Surface>().notNull(),
    at: moment().notNull(),
    replacedAt: moment(),
    /** R7: identifies the bound facts that it was given for. Where nobody stored it, a trigger takes those of the moment. */
    fingerprint: text(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.requestNumber],
      foreignColumns: [requests.organizationId, requests.number],
    }),
    uniqueIndex("reviews_one_each")
      .on(t.organizationId, t.requestNumber, t.reviewerId)
      .where(sql`replaced_at is null`),
  ],
);

/** Who did what, when, from which surface, before, and after (R12). A trigger refuses every update and delete. */
export const auditLog = pgTable(
  "audit_log",
  {
    organizationId: organizationId(),
    id: bigint({ mode: "number" }).notNull().generatedAlwaysAsIdentity(),
    at: moment().notNull(),
    actor: jsonb().$type<Actor>().notNull(),
    surface: text().$type<Surface>().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    before: jsonb(),
    after: jsonb(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    index("audit_log_by_subject").on(t.organizationId, t.subject, t.id),
    index("audit_log_by_time").on(t.organizationId, t.at, t.id),
  ],
);

/** A Slack message that shows a request to a person or a channel. It is redrawn with every change. */
export const cards = pgTable(
  "cards",
  {
    organizationId: organizationId(),
    id: id(),
    requestNumber: integer().notNull(),
    /** A person; for the kind `channel`, a channel. */
    recipientId: text().notNull(),
    kind: text().$type<"review" | "own" | "channel">().notNull(),
    channel: text(),
    ts: text(),
    drawnVersion: integer(),
    /** A digest of what was drawn last. A card that would look the same is not sent again. */
    drawnDigest: text(),
    /** Why the card is no longer drawn: its message is gone, or its recipient cannot be reached. */
    lostReason: text(),
    /** When its message was found to be gone, until it is posted again. Null for one that was never posted. */
    messageGoneAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.requestNumber, t.recipientId, t.kind),
    foreignKey({
      columns: [t.organizationId, t.requestNumber],
      foreignColumns: [requests.organizationId, requests.number],
    }),
  ],
);

/** An email, rendered once. Every attempt sends the same content with the same idempotency key. */
export const emails = pgTable(
  "emails",
  {
    organizationId: organizationId(),
    key: text().notNull(),
    /** Null if the email is not about a request. */
    requestNumber: integer(),
    recipientId: text().notNull(),
    content: jsonb()
      .$type<{ from: string; to: string; subject: string; html: string; text: string }>()
      .notNull(),
    createdAt: moment().notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.key] })],
);

import { boolean, foreignKey, integer, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { MemberStatus, WorkspaceRole } from "../../src/domain/people/people.ts";
import { id, moment, organizationId } from "./columns.ts";

/** A Slack workspace that installed Signoff; its id is Slack's (T…). */
export const organizations = pgTable("organizations", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** The workspace's address, for links to messages. */
  url: text().notNull(),
  createdAt: moment().notNull().defaultNow(),
});

/** Counts request numbers. Its own row, taken outside the request's transaction: gaps are fine, waiting is not. */
export const requestCounters = pgTable("request_counters", {
  organizationId: organizationId()
    .primaryKey()
    .references(() => organizations.id),
  last: integer().notNull(),
});

/** A person as Slack last described them; the id is Slack's (U… or W…). */
export const members = pgTable(
  "members",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: text().notNull(),
    name: text().notNull(),
    email: text(),
    timeZone: text().notNull(),
    status: text("standing").$type<MemberStatus>().notNull(),
    /** What Slack lets them do in the workspace; owners and admins run Signoff until its own admins are chosen. */
    workspaceRole: text().$type<WorkspaceRole>(),
    refreshedAt: moment().notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })],
);

export const roles = pgTable(
  "roles",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: id(),
    name: text().notNull(),
    admin: boolean().notNull().default(false),
    /** The Slack user group whose members hold it; null: its holdings are kept by hand. */
    groupId: text(),
    /** Where a bound group's members hold it: these projects, or everywhere where null. */
    groupProjectIds: uuid().array(),
    /** Counts the changes, so that of two who edit it at once the second one is told. */
    version: integer().notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] }), unique().on(t.organizationId, t.name)],
);

/** Who holds a role: for the whole organization where the project is null. */
export const roleHoldings = pgTable(
  "role_holdings",
  {
    organizationId: organizationId(),
    roleId: id(),
    memberId: text().notNull(),
    projectId: uuid(),
  },
  (t) => [
    unique("role_holdings_once").on(t.organizationId, t.memberId, t.roleId, t.projectId).nullsNotDistinct(),
    unique("role_holdings_by_role")
      .on(t.organizationId, t.roleId, t.memberId, t.projectId)
      .nullsNotDistinct(),
    foreignKey({ columns: [t.organizationId, t.roleId], foreignColumns: [roles.organizationId, roles.id] }),
    foreignKey({
      columns: [t.organizationId, t.memberId],
      foreignColumns: [members.organizationId, members.id],
    }),
  ],
);

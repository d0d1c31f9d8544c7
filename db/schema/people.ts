import {
  bigint,
  boolean,
  foreignKey,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { MemberStatus, WorkspaceRole } from "../../src/domain/people/people.ts";
import { id, moment, organizationId } from "./columns.ts";

/** A Slack workspace that installed Signoff. The ID is Slack's (T…). */
export const organizations = pgTable("organizations", {
  id: text().primaryKey(),
  name: text().notNull(),
  /** The workspace's URL, for links to messages. */
  url: text().notNull(),
  createdAt: moment().notNull().defaultNow(),
});

/** The last request number. It is taken outside of the request's transaction: gaps are fine, waiting is not. */
export const requestCounters = pgTable("request_counters", {
  organizationId: organizationId()
    .primaryKey()
    .references(() => organizations.id),
  last: integer().notNull(),
});

/**
 * Counts the changes of what decisions are judged by: holdings, members' status, settings, and bound facts. Triggers
 * increment it as the last step of each transaction, so that a decision can tell that it was judged by the present state.
 */
export const ruleVersions = pgTable("rule_versions", {
  organizationId: organizationId()
    .primaryKey()
    .references(() => organizations.id),
  version: bigint({ mode: "number" }).notNull().default(0),
  /** Incremented with `version` when a name or another bound fact changes (R7). */
  factsVersion: bigint({ mode: "number" }).notNull().default(0),
});

/** A person as Slack last described them. The ID is Slack's (U… or W…). */
export const members = pgTable(
  "members",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: text().notNull(),
    name: text().notNull(),
    email: text(),
    timeZone: text().notNull(),
    status: text("standing").$type<MemberStatus>().notNull(),
    /** Their role in the Slack workspace, which decides who is an admin until somebody holds the Admin role. */
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
    /** The Slack user group whose members hold the role; null if its holders are chosen in Signoff. */
    groupId: text(),
    /** The projects for which the group's members hold the role; null for the whole organization. */
    groupProjectIds: uuid().array(),
    /** Incremented with every change, to detect that two people edited the role at the same time. */
    version: integer().notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] }), unique().on(t.organizationId, t.name)],
);

/** Who holds a role, for a project or, if the project is null, for the whole organization. */
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

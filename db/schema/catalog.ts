import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
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
} from "drizzle-orm/pg-core";
import type { DeploymentStatus } from "../../src/domain/deployments/deployment.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import { id, moment, organizationId } from "./columns.ts";
import { organizations, roles } from "./people.ts";

export const projects = pgTable(
  "projects",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: id(),
    slug: text().notNull(),
    name: text().notNull(),
    archivedAt: moment(),
    /** Incremented with every change of the project, its environments, or its requester roles. */
    version: integer().notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] }), unique().on(t.organizationId, t.slug)],
);

/** The roles whose holders may request in a project (R14). Without any, every active full member may. */
export const requesterRoles = pgTable(
  "requester_roles",
  { organizationId: organizationId(), projectId: id(), roleId: id() },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.projectId, t.roleId] }),
    foreignKey({
      columns: [t.organizationId, t.projectId],
      foreignColumns: [projects.organizationId, projects.id],
    }),
    foreignKey({ columns: [t.organizationId, t.roleId], foreignColumns: [roles.organizationId, roles.id] }),
  ],
);

export const environments = pgTable(
  "environments",
  {
    organizationId: organizationId(),
    id: id(),
    projectId: id(),
    slug: text().notNull(),
    name: text().notNull(),
    position: integer().notNull(),
    critical: boolean().notNull().default(false),
    archivedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.projectId, t.slug),
    foreignKey({
      columns: [t.organizationId, t.projectId],
      foreignColumns: [projects.organizationId, projects.id],
    }),
  ],
);

export const integrations = pgTable(
  "integrations",
  {
    organizationId: organizationId(),
    id: id(),
    projectId: id(),
    slug: text().notNull(),
    name: text().notNull(),
    /** The deployer that carries out promotions, such as `record` or `webhook`. */
    deployer: text().notNull().default("record"),
    /** The URL of a comparison of two commits, with the placeholders {from} and {to}. */
    compareUrl: text(),
    archivedAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.projectId, t.slug),
    index("integrations_by_slug").on(t.organizationId, t.slug),
    foreignKey({
      columns: [t.organizationId, t.projectId],
      foreignColumns: [projects.organizationId, projects.id],
    }),
  ],
);

/** A commit of a build, as the build was registered. */
export type Commit = { hash: string; message: string; author: string | null; link: string | null };

/** Returns the part of a version that identifies it, as `versionKey` in the domain does. */
export const versionKeyOf = (version: SQLWrapper): SQL =>
  sql`regexp_replace(${version}, '^[vV](?=[0-9])', '')`;

/** Returns what two commits of which one abbreviates the other have in common. Others may have it too. */
export const commitKeyOf = (commit: SQLWrapper): SQL => sql`left(lower(${commit}), 7)`;

/** An immutable artifact. `externalId` is its ID in the system that built it. */
export const builds = pgTable(
  "builds",
  {
    organizationId: organizationId(),
    id: id(),
    integrationId: id(),
    externalId: text().notNull(),
    version: text().notNull(),
    digest: text(),
    commit: text(),
    link: text(),
    author: text(),
    /** The commits since the previous build, newest first; null if they were not registered. */
    commits: jsonb().$type<Commit[]>(),
    /** When it was built, which orders builds. Where nobody said so, when it was registered. */
    createdAt: moment().notNull(),
    /** When it was registered; null if that is `createdAt`. */
    registeredAt: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.organizationId, t.integrationId, t.externalId),
    index("builds_by_version").on(t.organizationId, t.integrationId, versionKeyOf(t.version)),
    index("builds_by_commit").on(t.organizationId, t.integrationId, commitKeyOf(t.commit)),
    index("builds_by_time").on(t.organizationId, t.integrationId, t.createdAt, t.id),
    foreignKey({
      columns: [t.organizationId, t.integrationId],
      foreignColumns: [integrations.organizationId, integrations.id],
    }),
  ],
);

/**
 * One attempt to deploy a build to an environment. `startedAt` orders attempts, and `sequence` those that started at the
 * same time.
 */
export const deployments = pgTable(
  "deployments",
  {
    organizationId: organizationId(),
    id: id(),
    sequence: bigint({ mode: "number" }).notNull().generatedAlwaysAsIdentity(),
    integrationId: id(),
    environmentId: id(),
    buildId: id(),
    requestNumber: integer(),
    status: text().$type<DeploymentStatus>().notNull(),
    reason: text(),
    link: text(),
    startedBy: jsonb().$type<Actor>().notNull(),
    startedAt: moment().notNull(),
    finishedAt: moment(),
    /** The ID in the system that reports the deployment; null if Signoff started it. */
    externalId: text(),
    /** Whether the deployment bypassed the gate: it needed an approved request and had none. */
    outside: boolean().notNull().default(false),
    /** When its deployer accepted it or first reported on it. */
    acceptedAt: moment(),
    /** When it ends as unknown unless its deployer reports on it. */
    reportBy: moment(),
    /** The deployer that was chosen when it began; null if an earlier version started it, or Signoff did not. */
    deployer: text(),
    /** Why its deployer was not reached at the last try, while it is tried again. */
    retryReason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    foreignKey({
      columns: [t.organizationId, t.buildId],
      foreignColumns: [builds.organizationId, builds.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.environmentId],
      foreignColumns: [environments.organizationId, environments.id],
    }),
    index("deployments_in_progress")
      .on(t.organizationId, t.integrationId, t.environmentId)
      .where(sql`status = 'in progress'`),
    uniqueIndex("deployments_by_sequence").on(t.sequence),
    uniqueIndex("deployments_by_external_id")
      .on(t.organizationId, t.integrationId, t.environmentId, t.externalId)
      .where(sql`external_id is not null`),
    index("deployments_silent").on(t.reportBy).where(sql`status = 'in progress' and report_by is not null`),
    index("deployments_latest").on(t.organizationId, t.integrationId, t.environmentId, t.sequence),
    index("deployments_by_start").on(
      ...([t.organizationId, t.integrationId, t.environmentId, t.startedAt, t.sequence] as const),
    ),
    index("deployments_outside").on(t.organizationId, t.buildId).where(sql`outside`),
  ],
);

/** The live build of each integration and environment. Only a successful attempt that started later changes it. */
export const liveBuilds = pgTable(
  "live_builds",
  {
    organizationId: organizationId(),
    integrationId: id(),
    environmentId: id(),
    buildId: id(),
    deploymentId: id(),
    sequence: bigint({ mode: "number" }).notNull(),
    since: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.integrationId, t.environmentId] }),
    foreignKey({
      columns: [t.organizationId, t.deploymentId],
      foreignColumns: [deployments.organizationId, deployments.id],
    }),
    foreignKey({
      columns: [t.organizationId, t.buildId],
      foreignColumns: [builds.organizationId, builds.id],
    }),
  ],
);

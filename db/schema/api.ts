import { sql } from "drizzle-orm";
import {
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
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Scope } from "../../src/domain/tokens/scope.ts";
import { integrations } from "./catalog.ts";
import { id, moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** Tokens that pipelines authenticate with. The token itself is shown once and is not stored. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: id(),
    name: text().notNull(),
    /** SHA-256 of the token, in hex. */
    hash: text().notNull(),
    /** The last four characters, to tell tokens apart. */
    hint: text().notNull(),
    scopes: text().array().$type<Scope[]>().notNull(),
    /** The only project that the token covers; null for every project. */
    projectId: uuid(),
    /** The member whom the token acts for. */
    memberId: text().notNull(),
    madeBy: text().notNull(),
    madeAt: moment().notNull(),
    lastUsedAt: moment(),
    revokedAt: moment(),
    revokedBy: text(),
    /** When it stops working; null: never. */
    endsAt: moment(),
    /** The SHA-256 of the secret before the token was handed over, and until when it still works. */
    oldHash: text(),
    oldHashUntil: moment(),
    /** The member who is to take it over, since when, and who offered it. */
    offeredTo: text(),
    offeredAt: moment(),
    offeredBy: text(),
    /** Until when a token that an earlier version made keeps the scopes that need an admin behind them. */
    adminScopesUntil: moment(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.id] }),
    unique().on(t.hash),
    uniqueIndex("api_tokens_old_hash").on(t.oldHash).where(sql`old_hash is not null`),
  ],
);

/** R5: every member whom a token acts or acted for, and its maker. A trigger adds them. */
export const tokenMembers = pgTable(
  "token_members",
  {
    organizationId: organizationId(),
    tokenId: id(),
    memberId: text().notNull(),
    since: moment().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.tokenId, t.memberId] }),
    foreignKey({
      columns: [t.organizationId, t.tokenId],
      foreignColumns: [apiTokens.organizationId, apiTokens.id],
    }).onDelete("cascade"),
  ],
);

/** The webhook of an integration whose deployer is `webhook`. */
export const webhooks = pgTable(
  "webhooks",
  {
    organizationId: organizationId(),
    integrationId: id(),
    url: text().notNull(),
    /** Encrypted with a key that is derived from SIGNOFF_SECRET. */
    secret: text().notNull(),
    /** Earlier secrets that still sign requests, encrypted, the newest first, each until an ISO time. */
    oldSecrets: jsonb().$type<{ secret: string; until: string }[]>().notNull().default([]),
    /** How long an attempt waits for a report before it ends as unknown. */
    silenceMinutes: integer().notNull(),
    /** Incremented with every change. */
    version: integer().notNull().default(1),
    savedBy: jsonb().$type<Actor>().notNull(),
    savedAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.integrationId] }),
    foreignKey({
      columns: [t.organizationId, t.integrationId],
      foreignColumns: [integrations.organizationId, integrations.id],
    }),
  ],
);

/** API answers by idempotency key. A repeated call gets the stored answer. */
export const apiAnswers = pgTable(
  "api_answers",
  {
    organizationId: organizationId(),
    tokenId: id(),
    key: text().notNull(),
    /** Covers the method, path, and body. */
    digest: text().notNull(),
    /** Null until the first call is answered. */
    status: integer(),
    body: jsonb().$type<unknown>(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.tokenId, t.key] }),
    index("api_answers_old").on(t.createdAt),
  ],
);

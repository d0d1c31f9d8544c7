import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import type { Actor } from "../../src/domain/shared/actor.ts";
import { integrations } from "./catalog.ts";
import { id, moment, organizationId } from "./columns.ts";
import { organizations } from "./people.ts";

/** What pipelines sign in with. The token itself is shown once and kept nowhere. */
export const apiTokens = pgTable(
  "api_tokens",
  {
    organizationId: organizationId().references(() => organizations.id),
    id: id(),
    name: text().notNull(),
    /** SHA-256 of the token, in hex. */
    hash: text().notNull(),
    /** Its last four characters, to tell tokens apart. */
    hint: text().notNull(),
    scopes: text().array().notNull(),
    /** Null: it is good for every project. */
    projectId: uuid(),
    /** Whom its requests are made for. */
    memberId: text().notNull(),
    madeBy: text().notNull(),
    madeAt: moment().notNull(),
    lastUsedAt: moment(),
    revokedAt: moment(),
    revokedBy: text(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] }), unique().on(t.hash)],
);

/** Where an integration's promotions are sent, for the deployer of that kind. */
export const webhooks = pgTable(
  "webhooks",
  {
    organizationId: organizationId(),
    integrationId: id(),
    url: text().notNull(),
    /** Encrypted with the key that SIGNOFF_SECRET gives. */
    secret: text().notNull(),
    /** Those before it that still sign beside it, encrypted too, the newest first; each until an ISO time. */
    oldSecrets: jsonb().$type<{ secret: string; until: string }[]>().notNull().default([]),
    /** After so long without a report an attempt ends as unknown. */
    silenceMinutes: integer().notNull(),
    /** Counts the changes. */
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

/** What a token was answered under a key: the same call again gets the same answer. */
export const apiAnswers = pgTable(
  "api_answers",
  {
    organizationId: organizationId(),
    tokenId: id(),
    key: text().notNull(),
    /** Of the method, the path and the body. */
    digest: text().notNull(),
    /** Null while the first call is at work. */
    status: integer(),
    body: jsonb().$type<unknown>(),
    createdAt: moment().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.tokenId, t.key] }),
    index("api_answers_old").on(t.createdAt),
  ],
);

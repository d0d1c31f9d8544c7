import { and, eq } from "drizzle-orm";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { webhooks } from "../schema/index.ts";

/** The webhook that deploys an integration's promotions. */
export type Webhook = {
  organizationId: string;
  integrationId: string;
  url: string;
  /** Encrypted. */
  secret: string;
  /** Earlier secrets that still sign requests, encrypted, the newest first, each until an ISO time. */
  oldSecrets: { secret: string; until: string }[];
  /** How long an attempt waits for a report before it ends as unknown. */
  silenceMinutes: number;
  /** Incremented with every change. */
  version: number;
  savedBy: Actor;
  savedAt: Date;
};

const withId = (organizationId: string, integrationId: string) =>
  and(eq(webhooks.organizationId, organizationId), eq(webhooks.integrationId, integrationId));

export async function find(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
): Promise<Webhook | undefined> {
  const [row] = await db.select().from(webhooks).where(withId(organizationId, integrationId));
  return row;
}

/** Replaces an integration's webhook. The caller must hold the project's lock. */
export async function save(tx: Tx, { organizationId, integrationId, ...columns }: Webhook): Promise<void> {
  await tx
    .insert(webhooks)
    .values({ organizationId, integrationId, ...columns })
    .onConflictDoUpdate({ target: [webhooks.organizationId, webhooks.integrationId], set: columns });
}

import { and, eq } from "drizzle-orm";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { webhooks } from "../schema/index.ts";

/** Where an integration's promotions are sent. */
export type Webhook = {
  organizationId: string;
  integrationId: string;
  url: string;
  /** Encrypted. */
  secret: string;
  /** Encrypted, the newest first: what signs beside the secret, each until an ISO time. */
  oldSecrets: { secret: string; until: string }[];
  silenceMinutes: number;
  /** Counts the changes. */
  version: number;
  savedBy: Actor;
  savedAt: Date;
};

const of = (organizationId: string, integrationId: string) =>
  and(eq(webhooks.organizationId, organizationId), eq(webhooks.integrationId, integrationId));

export async function find(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
): Promise<Webhook | undefined> {
  const [row] = await db.select().from(webhooks).where(of(organizationId, integrationId));
  return row;
}

/** Stores an integration's webhook in place of the one before. It changes under its project's lock only. */
export async function save(tx: Tx, { organizationId, integrationId, ...columns }: Webhook): Promise<void> {
  await tx
    .insert(webhooks)
    .values({ organizationId, integrationId, ...columns })
    .onConflictDoUpdate({ target: [webhooks.organizationId, webhooks.integrationId], set: columns });
}

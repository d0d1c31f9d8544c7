import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { activeOldSecrets } from "../../domain/deployments/deployment.ts";

/** An integration's webhook as it is saved; its secrets are encrypted. */
export type WebhookView = {
  url: string;
  sealedSecret: string;
  /** Those before it that still sign beside it, the newest first. */
  sealedOldSecrets: string[];
  /** Until when one does; null: none does. */
  oldSecretUntil: Date | null;
  silenceMinutes: number;
  version: number;
};

export async function getWebhook(
  db: Db,
  organizationId: string,
  integrationId: string,
  now: Date,
): Promise<WebhookView | undefined> {
  const found = await webhooks.find(db, organizationId, integrationId);
  if (found === undefined) return undefined;
  const { url, secret: sealedSecret, oldSecrets, silenceMinutes, version } = found;
  const old = activeOldSecrets(oldSecrets, now);
  return {
    ...{ url, sealedSecret, silenceMinutes, version },
    sealedOldSecrets: old.map(({ secret }) => secret),
    oldSecretUntil: old[0] === undefined ? null : new Date(old[0].until),
  };
}

/** An integration by the names that a webhook is told; undefined where there is none. */
export async function getIntegrationNames(
  db: Db,
  organizationId: string,
  integrationId: string,
): Promise<Record<"project" | "integration", { slug: string; name: string }> | undefined> {
  const place = await findIntegration(db, organizationId, integrationId);
  return place && { project: place.project, integration: place.integration };
}

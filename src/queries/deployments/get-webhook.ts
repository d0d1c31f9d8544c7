import { isSecretUnseen } from "../../../db/audit/settings-history.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { activeOldSecrets } from "../../domain/deployments/deployment.ts";

/** An integration's webhook as it is stored. Its secrets are encrypted. */
export type WebhookView = {
  url: string;
  sealedSecret: string;
  /** Earlier secrets that still sign requests, the newest first. */
  sealedOldSecrets: string[];
  /** Until when the newest earlier secret signs; null if none does. */
  oldSecretUntil: Date | null;
  silenceMinutes: number;
  version: number;
  /** Whether a seed file created it, and nobody has seen its secret yet. */
  secretUnseen: boolean;
};

/** Returns the webhook of an integration; undefined if there is none. */
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
    secretUnseen: await isSecretUnseen(db, organizationId, `webhook:${integrationId}`),
    sealedOldSecrets: old.map(({ secret }) => secret),
    oldSecretUntil: old[0] === undefined ? null : new Date(old[0].until),
  };
}

/** Returns the names of an integration and its project for a webhook; undefined if there is none. */
export async function getIntegrationNames(
  db: Db,
  organizationId: string,
  integrationId: string,
): Promise<Record<"project" | "integration", { slug: string; name: string }> | undefined> {
  const found = await findIntegration(db, organizationId, integrationId);
  return found && { project: found.project, integration: found.integration };
}

import * as catalog from "../../db/catalog.ts";
import type { Db } from "../../db/connect.ts";
import * as webhooks from "../../db/webhooks.ts";

/** An integration's webhook as it is saved; its secret is encrypted. */
export type WebhookView = {
  url: string;
  sealedSecret: string;
  silenceMinutes: number;
  version: number;
};

export async function getWebhook(
  db: Db,
  organizationId: string,
  integrationId: string,
): Promise<WebhookView | undefined> {
  const found = await webhooks.find(db, organizationId, integrationId);
  if (found === undefined) return undefined;
  const { url, secret: sealedSecret, silenceMinutes, version } = found;
  return { url, sealedSecret, silenceMinutes, version };
}

/** An integration by the names that a webhook is told; undefined where there is none. */
export async function getIntegrationNames(
  db: Db,
  organizationId: string,
  integrationId: string,
): Promise<Record<"project" | "integration", { slug: string; name: string }> | undefined> {
  const place = await catalog.findIntegration(db, organizationId, integrationId);
  return place && { project: place.project, integration: place.integration };
}

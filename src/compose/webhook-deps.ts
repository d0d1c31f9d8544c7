import { randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import { pingEvent } from "../deliver/deployers/payload.ts";
import { tryWebhook, type WebhookDeployerDeps } from "../deliver/deployers/webhook.ts";
import { addressFault } from "../lib/public-address.ts";
import { createSecrets, reportToken } from "../lib/secrets.ts";
import { getIntegrationNames, getWebhook } from "../queries/deployments/get-webhook.ts";
import type { WebhookSettings } from "../slack/kernel/deps.ts";
import type { Context } from "../usecases/shared/context.ts";

/** Returns what posts attempts to webhooks. */
export function webhookDeps(config: Config, { db, now }: Context): WebhookDeployerDeps {
  const secrets = createSecrets(config.secret);
  const api = `${config.http.publicUrl}/api/v1`;
  return {
    allowPrivate: config.allowPrivateWebhooks,
    find: async (organizationId, integrationId) => {
      const found = await getWebhook(db, organizationId, integrationId, now());
      if (found === undefined) return undefined;
      const owner = { organizationId, integrationId };
      const sealed = [found.sealedSecret, ...found.sealedOldSecrets];
      return { url: found.url, secrets: sealed.map((secret) => secrets.open(secret, owner)) };
    },
    linksFor: ({ organizationId, deploymentId, requestNumber }) => ({
      requestUrl: `${api}/requests/${requestNumber}`,
      report: {
        url: `${api}/deployments/${deploymentId}/status`,
        token: reportToken(config.secret, organizationId, deploymentId),
      },
    }),
  };
}

/** Returns what the webhook settings need: secrets, the check of an address, and a test call. */
export function webhookSettings(config: Config, context: Context): WebhookSettings {
  const deps = webhookDeps(config, context);
  return {
    ...createSecrets(config.secret),
    addressFault: (url) => addressFault(url, config.allowPrivateWebhooks),
    test: async (organizationId, integrationId) => {
      const names = await getIntegrationNames(context.db, organizationId, integrationId);
      if (names === undefined) return { ok: false, words: "This integration does not exist any more." };
      const event = pingEvent(names, new Date());
      return tryWebhook(deps, organizationId, integrationId, { id: `ping_${randomUUID()}`, event });
    },
  };
}

import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { activeOldSecrets, oldSecretHours } from "../../domain/deployments/deployment.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { lockIntegration } from "../catalog/integration-setting.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { Context } from "../shared/context.ts";
import {
  newSecret,
  storeWebhook,
  type WebhookDeps,
  type WebhookInput,
  webhookSnapshot,
  webhookSubject,
} from "./webhook-setting.ts";

/**
 * Gives a webhook a new secret. The old one signs beside it for `oldSecretHours`, so that the receiver accepts promotions
 * until it has the new one.
 *
 * @returns the version and the secret, which is never returned again
 *
 * Refuses `not-admin`, `not-found`, `no-webhook`.
 */
export async function rotateWebhookSecret(
  context: Context,
  deps: Pick<WebhookDeps, "seal" | "opens">,
  input: WebhookInput,
): Promise<Result<{ version: number; secret: string }>> {
  const { organizationId, integrationId } = input;
  const owner = { organizationId, integrationId };
  const target = {
    async lock(tx: Tx): Promise<Result<webhooks.Webhook>> {
      const integration = await lockIntegration(tx, input);
      if (!integration.ok) return integration;
      const webhook = await webhooks.find(tx, organizationId, integrationId);
      return webhook === undefined ? refuse({ code: "no-webhook" }) : accept(webhook);
    },
    audit: () => ({ subject: webhookSubject(integrationId), action: "webhook.secret-rotated" }),
    snapshot: async (_tx: Tx, webhook: webhooks.Webhook) => webhookSnapshot(webhook),
  };
  return changeSetting(context, input, target, async (tx, { state: webhook, now }) => {
    const secret = newSecret();
    const version = webhook.version + 1;
    const until = new Date(now.getTime() + oldSecretHours * 3_600_000).toISOString();
    const replaced = [{ secret: webhook.secret, until }, ...webhook.oldSecrets];
    const usable = replaced.filter((old) => deps.opens(old.secret, owner));
    const settings = {
      ...{ ...webhook, version, secret: deps.seal(secret, owner) },
      oldSecrets: activeOldSecrets(usable, now),
    };
    const after = await storeWebhook(tx, input, settings, now);
    return accept({ after, value: { version, secret } });
  });
}

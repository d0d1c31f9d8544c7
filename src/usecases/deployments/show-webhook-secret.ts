import * as audit from "../../../db/audit/audit.ts";
import { isSecretUnseen } from "../../../db/audit/settings-history.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { lockIntegration } from "../catalog/integration-setting.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { type WebhookDeps, type WebhookInput, webhookSnapshot, webhookSubject } from "./webhook-setting.ts";

/**
 * Returns the secret of a webhook that a seed file created: once, to the first admin who asks. Whoever creates a webhook in
 * Settings sees its secret at once.
 *
 * Refuses `not-admin`, `not-found`, `no-webhook`, `secret-hidden`.
 */
export function showWebhookSecret(
  context: Context,
  deps: Pick<WebhookDeps, "open" | "opens">,
  input: WebhookInput,
): Promise<Result<{ secret: string }>> {
  const { organizationId, integrationId, actor, surface } = input;
  return commit<{ secret: string }>(context, async (tx, at) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const integration = await lockIntegration(tx, input);
    if (!integration.ok) return integration;
    const webhook = await webhooks.find(tx, organizationId, integrationId);
    if (webhook === undefined) return refuse({ code: "no-webhook" });
    const subject = webhookSubject(integrationId);
    if (!(await isSecretUnseen(tx, organizationId, subject))) {
      return refuse({ code: "secret-hidden", why: "seen" });
    }
    const owner = { organizationId, integrationId };
    if (!deps.opens(webhook.secret, owner)) return refuse({ code: "secret-hidden", why: "unreadable" });
    const snapshot = webhookSnapshot(webhook);
    const change = { action: "webhook.secret-shown", subject, before: snapshot, after: snapshot };
    await audit.append(tx, [{ organizationId, at, actor, surface, ...change }]);
    return accept({ secret: deps.open(webhook.secret, owner) });
  });
}

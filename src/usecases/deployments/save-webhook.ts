import { type IntegrationRow, upsertIntegration } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { nameLimits } from "../../domain/catalog/catalog.ts";
import { silenceLimits } from "../../domain/deployments/deployment.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { lockIntegration, recordIntegration } from "../catalog/integration-setting.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";
import {
  newSecret,
  storeWebhook,
  type WebhookDeps,
  type WebhookInput,
  webhookSnapshot,
  webhookSubject,
} from "./webhook-setting.ts";

export type SaveWebhook = WebhookInput & {
  /** The version that the person saw; null if there was no webhook. */
  version: number | null;
  url: string;
  /** An attempt without a report for this many minutes ends as unknown. */
  silenceMinutes: number;
};

type SavedWebhook = { version: number; secret: string | null };

type State = { integration: IntegrationRow; webhook: webhooks.Webhook | null };

/**
 * Sets the address to which an integration's promotions are sent, and makes the webhook its deployer.
 *
 * @returns the version, and the secret of a new webhook, else null. It is stored encrypted and never returned again.
 *
 * Refuses `not-admin`, `not-found`, `address-unusable`, `silence-limit`, `stale`.
 */
export async function saveWebhook(
  context: Context,
  deps: Pick<WebhookDeps, "seal" | "addressFault">,
  input: SaveWebhook,
): Promise<Result<SavedWebhook>> {
  const { organizationId, integrationId, url, silenceMinutes } = input;
  const target = {
    lock: (tx: Tx) => lockState(tx, deps, input),
    audit: () => ({ subject: webhookSubject(integrationId), action: "webhook.saved" }),
    isSeen: ({ webhook }: State) => (webhook?.version ?? null) === input.version,
    snapshot: async (_tx: Tx, { webhook }: State) => webhook && webhookSnapshot(webhook),
  };
  return changeSetting<State, object, SavedWebhook>(context, input, target, async (tx, locked) => {
    const { state, before, now } = locked;
    await chooseWebhook(tx, input, state.integration, now);
    const { webhook } = state;
    if (webhook?.url === url && webhook.silenceMinutes === silenceMinutes) {
      return accept({ after: before, value: { version: webhook.version, secret: null } });
    }
    const secret = newSecret();
    const owner = { organizationId, integrationId };
    const current = webhook ?? { version: 0, secret: deps.seal(secret, owner), oldSecrets: [] };
    const settings = { ...current, url, silenceMinutes, version: current.version + 1 };
    const after = await storeWebhook(tx, input, settings, now);
    return accept({ after, value: { version: settings.version, secret: webhook === null ? secret : null } });
  });
}

async function lockState(
  tx: Tx,
  deps: Pick<WebhookDeps, "addressFault">,
  input: SaveWebhook,
): Promise<Result<State>> {
  const integration = await lockIntegration(tx, input);
  if (!integration.ok) return integration;
  const checked = checkInput(deps, input);
  if (!checked.ok) return checked;
  const webhook = await webhooks.find(tx, input.organizationId, input.integrationId);
  return accept({ integration: integration.value, webhook: webhook ?? null });
}

/** Refuses `address-unusable`, `silence-limit`. */
function checkInput(
  deps: Pick<WebhookDeps, "addressFault">,
  { url, silenceMinutes }: SaveWebhook,
): Result<null> {
  const why = url.length > nameLimits.link ? "not-an-address" : deps.addressFault(url);
  if (why !== null) return refuse({ code: "address-unusable", why });
  const { least, most } = silenceLimits;
  return Number.isInteger(silenceMinutes) && silenceMinutes >= least && silenceMinutes <= most
    ? accept(null)
    : refuse({ code: "silence-limit", least, most });
}

/** Makes the webhook the integration's deployer, if it is not yet. */
async function chooseWebhook(tx: Tx, by: By, before: IntegrationRow, now: Date): Promise<void> {
  if (before.deployer === "webhook") return;
  const after = { ...before, deployer: "webhook" };
  await upsertIntegration(tx, after);
  await recordIntegration(tx, by, { at: now, before, after });
}

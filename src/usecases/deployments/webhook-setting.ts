import { randomBytes } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import type { AddressFault } from "../../domain/shared/refusals.ts";
import type { InProject } from "../catalog/integration-setting.ts";

type Owner = { organizationId: string; integrationId: string };

/** What the use cases of webhooks need from higher layers. */
export type WebhookDeps = {
  /** Encrypts a secret for this integration. */
  seal(plain: string, owner: Owner): string;
  /** Decrypts a secret of this integration. Throws if it cannot be decrypted. */
  open(sealed: string, owner: Owner): string;
  /** Returns whether a secret that was encrypted for it can be decrypted. False if SIGNOFF_SECRET changed since then. */
  opens(sealed: string, owner: Owner): boolean;
  /** Returns what is wrong with an address; null if nothing is. */
  addressFault(url: string): AddressFault | null;
};

export type WebhookInput = InProject & { integrationId: string };

export type WebhookSettings = Pick<
  webhooks.Webhook,
  "url" | "silenceMinutes" | "version" | "secret" | "oldSecrets"
>;

export const webhookSubject = (integrationId: string): string => `webhook:${integrationId}`;

/** Returns a new secret: 32 random bytes in the format of Standard Webhooks (https://www.standardwebhooks.com). */
export const newSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** Stores a webhook's settings. Returns what the audit log keeps of them. */
export async function storeWebhook(
  tx: Tx,
  { organizationId, integrationId, actor }: WebhookInput,
  { url, silenceMinutes, version, secret, oldSecrets }: WebhookSettings,
  now: Date,
): Promise<object> {
  const settings = { url, silenceMinutes, version, secret, oldSecrets };
  await webhooks.save(tx, { organizationId, integrationId, ...settings, savedBy: actor, savedAt: now });
  return webhookSnapshot(settings);
}

/** R12: returns what the audit log keeps, without the secret and the query string, which may contain one too. */
export function webhookSnapshot({ url, silenceMinutes, version }: WebhookSettings): object {
  const { origin, pathname, search } = new URL(url);
  return { url: `${origin}${pathname}${search === "" ? "" : "?…"}`, silenceMinutes, version };
}

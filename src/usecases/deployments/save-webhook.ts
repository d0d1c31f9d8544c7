import { randomBytes } from "node:crypto";
import { lastChange } from "../../../db/audit/settings-history.ts";
import {
  type IntegrationRow,
  listAllIntegrations,
  upsertIntegration,
} from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { nameLimits } from "../../domain/catalog/catalog.ts";
import { activeOldSecrets, oldSecretHours, silenceLimits } from "../../domain/deployments/deployment.ts";
import type { AddressFault } from "../../domain/shared/refusals.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type InProject, lockProjectAsAdmin, recordIntegration } from "../catalog/save-integration.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

type Owner = { organizationId: string; integrationId: string };

/** What of the outside the use case needs. */
export type WebhookDeps = {
  /** Encrypts a secret for this integration. */
  seal(plain: string, owner: Owner): string;
  /** Whether a secret that was encrypted for it can be read: not where SIGNOFF_SECRET was changed since. */
  opens(sealed: string, owner: Owner): boolean;
  /** What is wrong with an address; null: nothing. */
  addressFault(url: string): AddressFault | null;
};

export type SaveWebhook = InProject & {
  integrationId: string;
  /** The version that the person saw; null: there was none. */
  version: number | null;
  url: string;
  /** After so many minutes without a report an attempt ends as unknown. */
  silenceMinutes: number;
};

/**
 * Sets where an integration's promotions are sent, and that they are. A new webhook gets a secret, which is given here
 * once and kept encrypted.
 *
 * @returns the secret where it is a new one, else null. Refuses `not-admin`, `not-found`, `stale`, `address-unusable`,
 * `silence-limit`.
 */
export async function saveWebhook(
  context: Context,
  ports: Pick<WebhookDeps, "seal" | "addressFault">,
  input: SaveWebhook,
): Promise<Result<{ version: number; secret: string | null }>> {
  const { organizationId, integrationId, url, silenceMinutes } = input;
  const { least, most } = silenceLimits;
  return commit<{ version: number; secret: string | null }>(context, async (tx, now) => {
    const held = await holdIntegration(tx, input);
    if (!held.ok) return held;
    const why = url.length > nameLimits.link ? "not-an-address" : ports.addressFault(url);
    if (why !== null) return refuse({ code: "address-unusable", why });
    if (!Number.isInteger(silenceMinutes) || silenceMinutes < least || silenceMinutes > most) {
      return refuse({ code: "silence-limit", least, most });
    }
    const before = await webhooks.find(tx, organizationId, integrationId);
    if ((before?.version ?? null) !== input.version) {
      return refuse({ code: "stale", ...(await lastChange(tx, organizationId, subjectOf(integrationId))) });
    }
    await chooseWebhook(tx, input, held.value, now);
    const same = before?.url === url && before.silenceMinutes === silenceMinutes;
    if (before !== undefined && same) return accept({ version: before.version, secret: null });
    const secret = before === undefined ? makeSecret() : null;
    const sealed = secret === null ? before?.secret : ports.seal(secret, { organizationId, integrationId });
    const version = (before?.version ?? 0) + 1;
    const oldSecrets = before?.oldSecrets ?? [];
    const after = { url, silenceMinutes, version, secret: sealed ?? "", oldSecrets };
    await store(tx, input, "webhook.saved", { before, after }, now);
    return accept({ version, secret });
  });
}

/**
 * Gives a webhook another secret. The old one signs beside it for some hours, so that no promotion is refused while the
 * receiver is given the new one.
 *
 * @returns the secret, this once. Refuses `not-admin`, `not-found`, `no-webhook`.
 */
export async function rotateWebhookSecret(
  context: Context,
  ports: Pick<WebhookDeps, "seal" | "opens">,
  input: InProject & { integrationId: string },
): Promise<Result<{ version: number; secret: string }>> {
  const { organizationId, integrationId } = input;
  return commit<{ version: number; secret: string }>(context, async (tx, now) => {
    const held = await holdIntegration(tx, input);
    if (!held.ok) return held;
    const before = await webhooks.find(tx, organizationId, integrationId);
    if (before === undefined) return refuse({ code: "no-webhook" });
    const secret = makeSecret();
    const version = before.version + 1;
    const owner = { organizationId, integrationId };
    const sealed = ports.seal(secret, owner);
    const until = new Date(now.getTime() + oldSecretHours * 3_600_000).toISOString();
    const old = [{ secret: before.secret, until }, ...before.oldSecrets];
    const oldSecrets = activeOldSecrets(
      old.filter((one) => ports.opens(one.secret, owner)),
      now,
    );
    const after = { ...before, version, secret: sealed, oldSecrets };
    await store(tx, input, "webhook.secret-rotated", { before, after }, now);
    return accept({ version, secret });
  });
}

const subjectOf = (integrationId: string): string => `webhook:${integrationId}`;

/** 32 random bytes, written as Standard Webhooks has it: https://www.standardwebhooks.com */
const makeSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** By an admin, under the project's lock. Refuses `not-admin`, `not-found`. */
async function holdIntegration(
  tx: Tx,
  input: InProject & { integrationId: string },
): Promise<Result<IntegrationRow>> {
  const allowed = await lockProjectAsAdmin(tx, input);
  if (!allowed.ok) return allowed;
  const all = await listAllIntegrations(tx, input.organizationId, input.projectId);
  const found = all.find(({ id }) => id === input.integrationId);
  return found === undefined || found.archivedAt !== null
    ? refuse({ code: "not-found", what: "integration" })
    : accept(found);
}

/** From now on the integration's promotions are sent there. */
async function chooseWebhook(tx: Tx, input: InProject, before: IntegrationRow, at: Date): Promise<void> {
  if (before.deployer === "webhook") return;
  await upsertIntegration(tx, { ...before, deployer: "webhook" });
  await recordIntegration(tx, input, { id: before.id, action: "integration.saved", at, before });
}

type Settings = Pick<webhooks.Webhook, "url" | "silenceMinutes" | "version" | "secret" | "oldSecrets">;

async function store(
  tx: Tx,
  { organizationId, integrationId, actor, surface }: InProject & { integrationId: string },
  action: string,
  { before, after }: { before: Settings | undefined; after: Settings },
  at: Date,
): Promise<void> {
  const { url, silenceMinutes, version, secret, oldSecrets } = after;
  await webhooks.save(tx, {
    ...{ organizationId, integrationId, url, secret, oldSecrets, silenceMinutes, version },
    ...{ savedBy: actor, savedAt: at },
  });
  await recordSetting(tx, {
    ...{ organizationId, actor, surface, at, action },
    subject: subjectOf(integrationId),
    before: before === undefined ? null : summary(before),
    after: summary(after),
  });
}

/** R12: without the secret, and without what stands behind a question mark, which may be one too. */
function summary({ url, silenceMinutes, version }: Settings): object {
  const { origin, pathname, search } = new URL(url);
  return { url: `${origin}${pathname}${search === "" ? "" : "?…"}`, silenceMinutes, version };
}

import { findDeployer } from "../../../db/catalog/integrations.ts";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { silenceLimits } from "../../domain/deployments/deployment.ts";
import { saveWebhook } from "../deployments/save-webhook.ts";
import type { LoadedIntegration } from "./load-integrations.ts";
import { decide, done, fault, type Loading, unlessRefused } from "./loading.ts";
import { showAddress } from "./show-values.ts";

/** What loading the webhook of an integration did. Saving a webhook makes it the deployer. */
export type LoadedWebhook = {
  /** Whether the integration had no webhook before. */
  created: boolean;
  deployerBefore: string;
};

/** Sets the address and the report timeout of an integration's webhook. Its secret is not in the file. */
export async function loadWebhook(loading: Loading, one: LoadedIntegration): Promise<LoadedWebhook> {
  const { integration, path, id, projectId, subject } = one;
  const { organizationId } = loading.by;
  const deployerBefore = await findDeployer(loading.tx, organizationId, id);
  const nothing = { created: false, deployerBefore };
  const stored = await webhooks.find(loading.tx, organizationId, id);
  const isNew = stored === undefined;
  if (isNew && integration.webhook === undefined) return nothing;
  const at = [...path, "webhook"];
  const common = { subject, isNew };
  const url = decide(loading, {
    ...{ ...common, path: [...at, "url"], key: `webhook:${id}/url`, setting: "webhook address" },
    ...{ file: integration.webhook?.url, stored: stored?.url ?? "", show: showAddress },
  });
  const silenceMinutes = decide(loading, {
    ...{ ...common, path: [...at, "reportTimeoutMinutes"], key: `webhook:${id}/report-timeout` },
    ...{ setting: "report timeout", show: (minutes: number) => `${minutes} minutes` },
    file: integration.webhook?.reportTimeoutMinutes,
    stored: stored?.silenceMinutes ?? silenceLimits.usual,
  });
  if (url === stored?.url && silenceMinutes === stored.silenceMinutes) return nothing;
  if (url === "") {
    fault(loading, at, "A new webhook needs its address: webhook: { url: … }.");
    return nothing;
  }
  if (loading.webhooks === undefined) {
    fault(
      loading,
      at,
      "A webhook needs SIGNOFF_SECRET, with the value that the bot has: it encrypts the webhook's secret. Set it and load the file again.",
    );
    return nothing;
  }
  const saved = await saveWebhook(loading.context, loading.webhooks, {
    ...{ ...loading.by, projectId, integrationId: id, version: stored?.version ?? null, url, silenceMinutes },
  });
  const value = unlessRefused(loading, saved, ({ code }) =>
    code === "silence-limit" ? [...at, "reportTimeoutMinutes"] : [...at, "url"],
  );
  if (value === undefined || !isNew) return nothing;
  done(loading, at, subject, "webhook created; an admin can show its secret once in Settings › Projects");
  return { created: true, deployerBefore };
}

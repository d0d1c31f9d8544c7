import { silenceLimits } from "../../../domain/deployments/deployment.ts";
import { getProjectDetails } from "../../../queries/catalog/get-projects.ts";
import { getWebhook } from "../../../queries/deployments/get-webhook.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import type { ShownWebhook, WebhookForm } from "./deployer-view.ts";
import type { ProjectSpot } from "./projects-view.ts";

/** Returns an integration's saved webhook, or an empty form if it has none; undefined if the integration is gone. */
export async function findWebhook(
  { context: { db, now } }: SlackDeps,
  organizationId: string,
  { projectId = "", page = 0, id = "" }: ProjectSpot,
): Promise<{ shown: ShownWebhook; form: WebhookForm } | undefined> {
  const project = await getProjectDetails(db, organizationId, projectId);
  const integration = project?.integrations.find((one) => one.id === id);
  if (integration === undefined) return undefined;
  const saved = await getWebhook(db, organizationId, id, now());
  return {
    shown: { projectId, page, id, version: saved?.version ?? null, overForm: false },
    form: {
      integration,
      url: saved?.url ?? "",
      silenceMinutes: String(saved?.silenceMinutes ?? silenceLimits.usual),
      oldSecretUntil: saved?.oldSecretUntil ?? null,
      secretUnseen: saved?.secretUnseen ?? false,
    },
  };
}

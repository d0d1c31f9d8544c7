import type { App } from "@slack/bolt";
import type { KnownBlock } from "@slack/types";
import { silenceLimits } from "../../../domain/deployments/deployment.ts";
import { getProjectDetails } from "../../../queries/catalog/get-projects.ts";
import { getWebhook } from "../../../queries/deployments/get-webhook.ts";
import { getAdmins } from "../../../queries/people/get-admins.ts";
import { rotateWebhookSecret, saveWebhook } from "../../../usecases/deployments/save-webhook.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import {
  type Answer,
  type Click,
  inModal,
  onClick,
  onSubmit,
  type Submission,
} from "../../kernel/interaction.ts";
import { noticeModal } from "../../requests/request-modals-view.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { openOver } from "../open-over.ts";
import { redrawBeneath } from "../settings-listener.ts";
import {
  readWebhook,
  type ShownWebhook,
  secretNotice,
  testing,
  testNotice,
  type WebhookForm,
  webhookModal,
} from "./deployer-view.ts";
import { type FormAnswer, submitter, typed, wrong } from "./project-answers.ts";
import { type ProjectSpot, readSpot } from "./projects-view.ts";
import { webhookIds as ids } from "./webhook-ids.ts";

/** An integration's webhook: its form, another secret, and a test. */
export function listenToDeployer(app: App, ports: SlackDeps): void {
  onAdminClick(app, ports, ids.action.open, async (click) => {
    const at = readSpot(click.value);
    const known = await findWebhook(ports, click.organizationId, at);
    if (known === undefined) return () => click.tell(gone);
    return () => openOver(ports, click, webhookModal({ ...known.shown, overForm: true }, known.form));
  });
  // They answer in their own modal: three lie on each other by then, and Slack takes no fourth.
  onClick(app, ports, ids.action.rotate, (click) => rotate(ports, click));
  onClick(app, ports, ids.action.test, async (click) => () => sendTest(ports, click));
  onSubmit(
    app,
    ports,
    ids.view.webhook,
    ids.input.url,
    async (submission) => (await save(ports, submission)).answer,
    async (submission) => {
      const { projectId, page, overForm } = readWebhook(submission.metadata);
      // Over the integration's form there is nothing to draw: it shows nothing of this one.
      if (!overForm) await redrawBeneath(ports, submission, { section: "projects", projectId, page });
    },
  );
}

const gone = "This integration was archived meanwhile.";

/** An integration's webhook as it is saved, or as an empty form; undefined where the integration is gone. */
export async function findWebhook(
  { context: { db, now } }: Pick<SlackDeps, "context">,
  organizationId: string,
  { projectId = "", page = 0, id = "" }: ProjectSpot,
): Promise<{ shown: ShownWebhook; form: WebhookForm } | undefined> {
  const project = await getProjectDetails(db, organizationId, projectId);
  const integration = project?.integrations.find((one) => one.id === id);
  if (integration === undefined) return undefined;
  const saved = await getWebhook(db, organizationId, id, now());
  const silenceMinutes = String(saved?.silenceMinutes ?? silenceLimits.usual);
  return {
    shown: { projectId, page, id, version: saved?.version ?? null, overForm: false },
    form: {
      integration,
      url: saved?.url ?? "",
      silenceMinutes,
      oldSecretUntil: saved?.oldSecretUntil ?? null,
    },
  };
}

async function save(ports: SlackDeps, submission: Submission): Promise<FormAnswer> {
  const shown = readWebhook(submission.metadata);
  const url = typed(submission, ids.input.url);
  const minutes = typed(submission, ids.input.silence);
  const { webhooks, context } = ports;
  const result = await saveWebhook(context, webhooks, {
    ...submitter(submission),
    ...{ projectId: shown.projectId, integrationId: shown.id, version: shown.version, url },
    silenceMinutes: /^\d{1,5}$/.test(minutes) ? Number(minutes) : Number.NaN,
  });
  if (!result.ok) {
    const { refusal } = result;
    const words = refusal.code === "not-found" ? gone : refusalWords(refusal);
    return wrong(refusal.code === "silence-limit" ? ids.input.silence : ids.input.url, words);
  }
  const { version, secret } = result.value;
  if (secret === null) return { answer: undefined };
  const known = await findWebhook(ports, submission.organizationId, shown);
  if (known === undefined) return wrong(ids.input.url, gone);
  const form = { ...known.form, notice: secretNotice(secret) };
  return { answer: { response_action: "update", view: webhookModal({ ...shown, version }, form) } };
}

async function rotate(ports: SlackDeps, click: Click): Promise<Answer> {
  if (!inModal(click)) return undefined;
  const shown = readWebhook(click.view.metadata);
  const result = await rotateWebhookSecret(ports.context, ports.webhooks, {
    ...submitter(click),
    ...{ projectId: shown.projectId, integrationId: shown.id },
  });
  if (!result.ok) {
    const words = refusalWords(result.refusal);
    return () => say(ports, click, shown, testNotice(false, words));
  }
  const { version, secret } = result.value;
  return () => say(ports, click, { ...shown, version }, secretNotice(secret));
}

async function sendTest(ports: SlackDeps, click: Click): Promise<void> {
  if (!inModal(click)) return;
  const { organizationId, userId } = click;
  const shown = readWebhook(click.view.metadata);
  const { isAdmin, admins } = await getAdmins(ports.context.db, organizationId, userId);
  if (!isAdmin) {
    return say(ports, click, shown, testNotice(false, refusalWords({ code: "not-admin", admins })));
  }
  await say(ports, click, shown, testing);
  const { ok, words } = await ports.webhooks.test(organizationId, shown.id);
  await say(ports, click, shown, testNotice(ok, words));
}

/** Says something above the form, in which what was typed stays. */
async function say(
  ports: SlackDeps,
  click: Click & { view: NonNullable<Click["view"]> },
  shown: ShownWebhook,
  notice: KnownBlock[],
): Promise<void> {
  const known = await findWebhook(ports, click.organizationId, shown);
  const { state, view, organizationId } = click;
  if (known === undefined)
    return ports.viewsFor(organizationId).update(view.id, undefined, noticeModal(gone));
  const form = {
    ...known.form,
    url: state.value(ids.input.url, ids.input.url),
    silenceMinutes: state.value(ids.input.silence, ids.input.silence),
    notice,
  };
  await ports.viewsFor(organizationId).update(view.id, undefined, webhookModal(shown, form));
}

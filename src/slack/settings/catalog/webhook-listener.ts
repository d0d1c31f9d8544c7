import type { App } from "@slack/bolt";
import type { KnownBlock } from "@slack/types";
import { getAdmins } from "../../../queries/people/get-admins.ts";
import { rotateWebhookSecret } from "../../../usecases/deployments/rotate-webhook-secret.ts";
import { saveWebhook } from "../../../usecases/deployments/save-webhook.ts";
import { showWebhookSecret } from "../../../usecases/deployments/show-webhook-secret.ts";
import { noticeModal } from "../../blocks/notice-modal.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import { type Click, type ClickedView, isInModal, onClick } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { openModal } from "../../kernel/modals.ts";
import type { Reply } from "../../kernel/reply.ts";
import {
  fieldError,
  onSubmit,
  replaceModal,
  type Submission,
  type SubmissionReply,
} from "../../kernel/submission.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { redrawBelow } from "../settings-listener.ts";
import {
  readWebhook,
  type ShownWebhook,
  secretNotice,
  testing,
  testNotice,
  webhookModal,
} from "./deployer-view.ts";
import { findWebhook } from "./find-webhook.ts";
import { typedText } from "./project-form-replies.ts";
import { readSpot } from "./projects-view.ts";
import { webhookIds as ids } from "./webhook-ids.ts";

const archivedWords = "This integration was archived meanwhile.";

/** Listens to an integration's webhook: its form, a new secret, and a test. */
export function listenToWebhook(app: App, deps: SlackDeps): void {
  onAdminClick(app, deps, ids.action.open, (click) => openForm(deps, click));
  // They answer in their own modal: it may be the third one, and Slack stacks no more.
  onClick(app, deps, ids.action.rotate, (click) => rotateSecret(deps, click));
  onClick(app, deps, ids.action.show, (click) => showUnseenSecret(deps, click));
  onClick(app, deps, ids.action.test, async (click) => ({ followUp: () => sendTest(deps, click) }));
  onSubmit(app, deps, {
    callbackId: ids.view.webhook,
    faultBlock: ids.input.url,
    work: (submission) => saveForm(deps, submission),
    redraw: (submission) => redrawSettings(deps, submission),
  });
}

async function openForm(deps: SlackDeps, click: Click): Promise<Reply> {
  const webhook = await findWebhook(deps, click.organizationId, readSpot(click.value));
  if (webhook === undefined) return { followUp: () => click.tell(archivedWords) };
  const modal = webhookModal({ ...webhook.shown, overForm: true }, webhook.form);
  return { followUp: () => openModal(deps, click, modal) };
}

async function saveForm(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const shown = readWebhook(submission.metadata);
  const minutes = typedText(submission, ids.input.silence);
  const result = await saveWebhook(deps.context, deps.webhooks, {
    ...actingMember(submission),
    ...{ projectId: shown.projectId, integrationId: shown.id, version: shown.version },
    url: typedText(submission, ids.input.url),
    silenceMinutes: /^\d{1,5}$/.test(minutes) ? Number(minutes) : Number.NaN,
  });
  if (!result.ok) {
    const { refusal } = result;
    const words = refusal.code === "not-found" ? archivedWords : refusalWords(refusal);
    return fieldError(refusal.code === "silence-limit" ? ids.input.silence : ids.input.url, words);
  }
  const { version, secret } = result.value;
  return secret === null ? {} : showSecret(deps, submission, { ...shown, version }, secret);
}

/** Shows a new secret above the form, this once. */
async function showSecret(
  deps: SlackDeps,
  { organizationId }: Submission,
  shown: ShownWebhook,
  secret: string,
): Promise<SubmissionReply> {
  const webhook = await findWebhook(deps, organizationId, shown);
  if (webhook === undefined) return fieldError(ids.input.url, archivedWords);
  return replaceModal(webhookModal(shown, { ...webhook.form, notice: secretNotice(secret) }));
}

/** Redraws the settings below the form. Another form below it shows nothing of the webhook. */
async function redrawSettings(deps: SlackDeps, submission: Submission): Promise<void> {
  const { overForm, projectId, page } = readWebhook(submission.metadata);
  if (!overForm) await redrawBelow(deps, submission, { section: "projects", projectId, page });
}

async function rotateSecret(deps: SlackDeps, click: Click): Promise<Reply> {
  if (!isInModal(click)) return {};
  const shown = readWebhook(click.view.metadata);
  const result = await rotateWebhookSecret(deps.context, deps.webhooks, {
    ...actingMember(click),
    ...{ projectId: shown.projectId, integrationId: shown.id },
  });
  if (!result.ok) {
    const notice = testNotice(false, refusalWords(result.refusal));
    return { followUp: () => showNotice(deps, click, shown, notice) };
  }
  const { version, secret } = result.value;
  return { followUp: () => showNotice(deps, click, { ...shown, version }, secretNotice(secret)) };
}

/** Shows the secret of a webhook that a seed file created, this once. */
async function showUnseenSecret(deps: SlackDeps, click: Click): Promise<Reply> {
  if (!isInModal(click)) return {};
  const shown = readWebhook(click.view.metadata);
  const result = await showWebhookSecret(deps.context, deps.webhooks, {
    ...actingMember(click),
    ...{ projectId: shown.projectId, integrationId: shown.id },
  });
  const notice = result.ok
    ? secretNotice(result.value.secret)
    : testNotice(false, refusalWords(result.refusal));
  return { followUp: () => showNotice(deps, click, shown, notice) };
}

async function sendTest(deps: SlackDeps, click: Click): Promise<void> {
  if (!isInModal(click)) return;
  const { organizationId, userId } = click;
  const shown = readWebhook(click.view.metadata);
  const { isAdmin, admins } = await getAdmins(deps.context.db, organizationId, userId);
  if (!isAdmin) {
    const words = refusalWords({ code: "not-admin", admins });
    return showNotice(deps, click, shown, testNotice(false, words));
  }
  await showNotice(deps, click, shown, testing);
  const { ok, words } = await deps.webhooks.test(organizationId, shown.id);
  await showNotice(deps, click, shown, testNotice(ok, words));
}

/** Shows a notice above the form, which keeps what was typed. */
async function showNotice(
  deps: SlackDeps,
  { organizationId, form, view }: Click & { view: ClickedView },
  shown: ShownWebhook,
  notice: KnownBlock[],
): Promise<void> {
  const views = deps.viewsFor(organizationId);
  const webhook = await findWebhook(deps, organizationId, shown);
  if (webhook === undefined) return views.update(view.id, undefined, noticeModal(archivedWords));
  const modal = webhookModal(shown, {
    ...webhook.form,
    url: form.value(ids.input.url, ids.input.url),
    silenceMinutes: form.value(ids.input.silence, ids.input.silence),
    notice,
  });
  await views.update(view.id, undefined, modal);
}

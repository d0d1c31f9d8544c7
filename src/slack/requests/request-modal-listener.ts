import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { member } from "../../domain/shared/actor.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { searchIntegrations } from "../../queries/catalog/find-integrations.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { requestPromotion } from "../../usecases/requests/request-promotion.ts";
import { idValue } from "../kernel/button-values.ts";
import { type Click, onClick } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { updateModal } from "../kernel/modals.ts";
import type { Reply } from "../kernel/reply.ts";
import {
  fieldError,
  onSubmit,
  replaceModal,
  type Submission,
  type SubmissionReply,
} from "../kernel/submission.ts";
import { onSuggest } from "../kernel/suggest.ts";
import { refusalWords } from "../words/refusals.ts";
import {
  integrationOption,
  readShown,
  requestModal,
  searchFailed,
  targetBlock,
} from "./request-modal-view.ts";
import { drawRequestModal, type RequestDraft } from "./request-views.ts";

/** Listens to the modal that requests a promotion: its options, the choices in it, and its submission. */
export function listenToRequestModal(app: App, deps: SlackDeps): void {
  onSuggest(app, deps, {
    actionId: ids.action.pickIntegration,
    search: async ({ organizationId, typed }) =>
      (await searchIntegrations(deps.context.db, organizationId, typed)).map(integrationOption),
    whenFailed: () => [searchFailed],
  });
  onChoice(app, deps, ids.action.pickIntegration, ({ value }) => ({
    integrationId: value === searchFailed.value ? null : idValue.read(value),
    targetId: null,
  }));
  onChoice(app, deps, ids.action.pickTarget, ({ value, view }) => ({
    integrationId: readShown(view?.metadata ?? "")?.integrationId ?? null,
    targetId: idValue.read(value),
  }));
  onSubmit(app, deps, {
    callbackId: ids.view.request,
    faultBlock: ids.block.integration,
    work: (submission) => submitRequest(deps, submission),
  });
}

/**
 * Redraws the modal for a choice in it. What was typed stays, because its block_id and action_id stay. A choice that is
 * not drawn does no harm: the submission shows what would be promoted.
 */
function onChoice(
  app: App,
  deps: SlackDeps,
  actionId: string,
  read: (click: Click) => { integrationId: string | null; targetId: string | null },
): void {
  const show = (click: Click, modal: ModalView) =>
    updateModal(deps, click, modal).catch((error) =>
      deps.log.warn({ err: error, actionId }, "A choice was not drawn"),
    );
  const draw = async (click: Click): Promise<Reply> => {
    const modal = await drawRequestModal(deps, click, read(click));
    return { followUp: () => show(click, modal) };
  };
  onClick(app, deps, actionId, draw, {
    ackFirst: true,
    tellFault: (click, notice) => show(click, requestModal({ choice: null, open: undefined, notice })),
  });
}

async function submitRequest(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const integrationId = submission.value(ids.block.integration, ids.action.pickIntegration);
  if (integrationId === searchFailed.value)
    return fieldError(ids.block.integration, "Choose an integration.");
  const message = submission.value(ids.block.message, ids.input.message);
  const targetId = submission.value(targetBlock(integrationId), ids.action.pickTarget) || null;
  const shown = readShown(submission.metadata);
  const isDrawn = shown?.integrationId === integrationId && (shown.targetId || null) === targetId;
  if (!isDrawn) {
    const notice = "Check what would be promoted, then submit again.";
    return redraw(deps, submission, { integrationId, targetId, message, notice });
  }
  if (targetId === null) return fieldError(ids.block.integration, noStep);
  const result = await requestPromotion(deps.context, {
    ...{ organizationId, actor: member(userId), surface: "slack", integrationId, targetId },
    ...{
      buildId: shown.buildId,
      confirmedFingerprint: shown.shown,
      message,
      replaces: shown.replaces,
      gated: shown.gated,
    },
  });
  return result.ok ? {} : refuse(deps, submission, result.refusal, { integrationId, targetId, message });
}

const noStep =
  "Its project has no second environment, so there is nothing to promote to. An admin can add one.";

/** Redraws what the person must see again. Every other refusal is an error on its field. */
async function refuse(
  deps: SlackDeps,
  submission: Submission,
  refusal: Refusal,
  draft: RequestDraft & { integrationId: string },
): Promise<SubmissionReply> {
  const notice = noticeOf(refusal);
  if (notice !== undefined) return redraw(deps, submission, { ...draft, notice });
  const { organizationId, userId } = submission;
  const { db, now } = deps.context;
  const number = "number" in refusal ? refusal.number : null;
  const view = number === null ? undefined : await getRequest(db, organizationId, number, now());
  const admins =
    refusal.code === "too-few-reviewers" ? await getAdmins(db, organizationId, userId) : undefined;
  return fieldError(fieldOf(refusal, draft.integrationId), refusalWords(refusal, view, admins?.admins));
}

/** Returns the notice for a refusal after which the person may submit again, having seen what changed. */
function noticeOf(refusal: Refusal): string | undefined {
  switch (refusal.code) {
    case "build-changed":
    case "gate-changed":
      return refusalWords(refusal);
    case "must-confirm":
      return "A deployment to this environment is running. Submit again if that is all right.";
    case "open-request":
      return refusal.replaceable
        ? `Request #${refusal.number} is open. Submit again to replace it.`
        : undefined;
    default:
      return undefined;
  }
}

function fieldOf(refusal: Refusal, integrationId: string): string {
  switch (refusal.code) {
    case "nothing-live":
    case "already-live":
    case "no-source":
    case "open-request":
    case "not-replaceable":
    case "too-few-reviewers":
      return targetBlock(integrationId);
    case "text-too-long":
      return ids.block.message;
    case "not-found":
      return refusal.what === "environment" ? targetBlock(integrationId) : ids.block.integration;
    default:
      return ids.block.integration;
  }
}

async function redraw(
  deps: SlackDeps,
  submission: Submission,
  draft: RequestDraft,
): Promise<SubmissionReply> {
  return replaceModal(await drawRequestModal(deps, submission, draft));
}

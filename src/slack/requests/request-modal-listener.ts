import type { App, BlockAction, ExternalSelectAction, StaticSelectAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { member } from "../../domain/shared/actor.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { searchIntegrations } from "../../queries/catalog/find-integrations.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { requestPromotion } from "../../usecases/requests/request-promotion.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import {
  faultWords,
  onSubmit,
  type Submission,
  type SubmissionAnswer,
  within,
} from "../kernel/interaction.ts";
import { refusalWords } from "../words/refusals.ts";
import {
  integrationOption,
  readShown,
  requestModal,
  type ShownChoice,
  searchFailed,
  targetBlock,
} from "./request-modal-view.ts";
import { drawRequestModal } from "./request-views.ts";

/** The modal that asks for a promotion: its options, what follows a choice, its submission. */
export function listenToRequestModal(app: App, ports: SlackDeps): void {
  app.options<"block_suggestion">(ids.action.pickIntegration, async ({ ack, payload, context }) => {
    const typed = payload.value.slice(0, 200);
    const search = searchIntegrations(ports.context.db, context.teamId ?? "", typed);
    const options = await within(ports, search).then(
      (found) => found.map(integrationOption),
      (error) => {
        ports.log.error({ err: error }, "integrations could not be searched");
        return [searchFailed];
      },
    );
    await ack({ options });
  });
  onPick(app, ports, ids.action.pickIntegration, (picked) => ({
    integrationId: chosenIntegration(picked),
    targetId: null,
  }));
  onPick(app, ports, ids.action.pickTarget, (picked, metadata) => ({
    integrationId: readShown(metadata)?.integrationId ?? null,
    targetId: picked,
  }));
  onSubmit(app, ports, ids.view.request, ids.block.integration, (submission) => submit(ports, submission));
}

/** A choice in the modal draws it anew; what was typed stays, since its block and action ids stay. */
function onPick(
  app: App,
  ports: SlackDeps,
  actionId: string,
  read: (picked: string, metadata: string) => { integrationId: string | null; targetId: string | null },
): void {
  app.action<BlockAction<ExternalSelectAction | StaticSelectAction>>(
    { action_id: actionId, type: "block_actions" },
    async ({ ack, body, context }) => {
      await ack();
      const { view } = body;
      const [action] = body.actions;
      if (view === undefined || action === undefined) return;
      const organizationId = context.teamId ?? "";
      const chosen = read(action.selected_option?.value ?? "", view.private_metadata);
      try {
        const drawn = await drawChoice(ports, organizationId, body.user.id, chosen);
        await ports.viewsFor(organizationId).update(view.id, view.hash, drawn);
      } catch (error) {
        // With hash_conflict a newer choice is being drawn; else the submit shows what would be promoted.
        ports.log.warn({ err: error }, "a choice was not drawn");
      }
    },
  );
}

/** The modal for a choice; where it cannot be looked up, the modal that says so and keeps what was typed and chosen. */
async function drawChoice(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  chosen: { integrationId: string | null; targetId: string | null },
): Promise<ModalView> {
  const drawing = ports
    .knowMember(organizationId, userId)
    .then(() => drawRequestModal(ports, organizationId, userId, chosen));
  return within(ports, drawing).catch((error) => {
    ports.log.error({ err: error }, "a choice could not be looked up");
    return requestModal({ choice: null, open: undefined, notice: faultWords(error) });
  });
}

const chosenIntegration = (value: string): string | null => (value === searchFailed.value ? null : value);

async function submit(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { organizationId, userId } = submission;
  const integrationId = chosenIntegration(
    submission.value(ids.block.integration, ids.action.pickIntegration),
  );
  if (integrationId === null) {
    return { response_action: "errors", errors: { [ids.block.integration]: "Choose an integration." } };
  }
  const message = submission.value(ids.block.message, ids.input.message);
  const targetId = submission.value(targetBlock(integrationId), ids.action.pickTarget) || null;
  const shown = readShown(submission.metadata);
  const drawn = shown?.integrationId === integrationId && (shown.targetId || null) === targetId;
  if (!drawn) {
    const notice = "Check what would be promoted, then submit again.";
    return redraw(ports, submission, { integrationId, targetId, message }, notice);
  }
  if (targetId === null) return { response_action: "errors", errors: { [ids.block.integration]: noStep } };
  const result = await requestPromotion(ports.context, {
    organizationId,
    actor: member(userId),
    surface: "slack",
    integrationId,
    targetId,
    buildId: shown.buildId,
    shown: shown.shown,
    message,
    replaces: shown.replaces,
    gated: shown.gated,
  });
  return result.ok ? undefined : refused(ports, submission, result.refusal, shown, message);
}

const noStep =
  "Its project has no second environment, so there is nothing to promote to. An admin can add one.";

/** What must be seen anew is drawn anew; everything else is an error on its field. */
async function refused(
  ports: SlackDeps,
  submission: Submission,
  refusal: Refusal,
  { integrationId, targetId }: ShownChoice,
  message: string,
): Promise<SubmissionAnswer> {
  const again = { integrationId, targetId, message };
  if (refusal.code === "build-changed" || refusal.code === "gate-changed")
    return redraw(ports, submission, again, refusalWords(refusal));
  if (refusal.code === "must-confirm") {
    return redraw(
      ports,
      submission,
      again,
      "A deployment to this environment is running. Submit again if that is all right.",
    );
  }
  if (refusal.code === "open-request" && refusal.replaceable) {
    return redraw(
      ports,
      submission,
      again,
      `Request #${refusal.number} is open. Submit again to replace it.`,
    );
  }
  const number = "number" in refusal ? refusal.number : null;
  const { db, now } = ports.context;
  const view = number === null ? undefined : await getRequest(db, submission.organizationId, number, now());
  const { organizationId, userId } = submission;
  const admins =
    refusal.code === "too-few-reviewers" ? await getAdmins(db, organizationId, userId) : undefined;
  const words = refusalWords(refusal, view, admins?.admins);
  return { response_action: "errors", errors: { [fieldOf(refusal, integrationId)]: words } };
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
  ports: SlackDeps,
  { organizationId, userId }: Submission,
  chosen: { integrationId: string; targetId: string | null; message: string },
  notice: string | undefined,
): Promise<SubmissionAnswer> {
  const said = notice === undefined ? {} : { notice };
  const view = await drawRequestModal(ports, organizationId, userId, { ...chosen, ...said });
  return { response_action: "update", view };
}

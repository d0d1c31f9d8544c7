import type { App } from "@slack/bolt";
import type { Person } from "../../../domain/people/people.ts";
import type { CardsTo } from "../../../domain/workflow/workflow.ts";
import {
  getWorkflow,
  getWorkflowPreview,
  getWorkflowSummary,
  type WorkflowPreview,
} from "../../../queries/workflow/get-workflow.ts";
import { type Click, onClick } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { openModal, updateModal } from "../../kernel/modals.ts";
import type { Reply } from "../../kernel/reply.ts";
import { onSubmit, type Submission, type SubmissionAnswer } from "../../kernel/submission.ts";
import { onSuggest, type Suggest } from "../../kernel/suggest.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { redrawUnlessError } from "../settings-listener.ts";
import { type ShownWorkflow, searchedOptions, shownWorkflowMetadata } from "./configure-workflow-view.ts";
import { redrawingActions } from "./option-inputs.ts";
import { saveForm } from "./save-workflow-form.ts";
import { submitTurnOff } from "./submit-turn-off.ts";
import { turnOffModal } from "./turn-off-view.ts";
import { drawForm, readDraft } from "./workflow-form.ts";

const channelActions: readonly string[] = [ids.action.pickCardsTo, ids.action.pickChannel];

/** Listens to the row *Environment Promotion* in Settings › Workflows and to its modals. */
export function listenToWorkflow(app: App, deps: SlackDeps): void {
  onAdminClick(app, deps, ids.action.turnOn, (click) => openForm(deps, click, true));
  onAdminClick(app, deps, ids.action.editWorkflow, (click) => openForm(deps, click, false));
  onAdminClick(app, deps, ids.action.turnOff, (click) => openTurnOff(deps, click));
  const peopleActions = [ids.action.pickRoles, ids.action.pickAssignees];
  for (const actionId of [...peopleActions, ...redrawingActions, ...channelActions]) {
    onClick(app, deps, actionId, (click) => redrawForm(deps, click, actionId));
  }
  onSuggest(app, deps, {
    actionId: ids.action.pickRoles,
    search: (suggest) => search(deps, suggest, ({ roles }) => roles),
  });
  onSuggest(app, deps, {
    actionId: ids.action.pickAssignees,
    search: (suggest) => search(deps, suggest, ({ choices }) => choices),
  });
  const redraw = (submission: Submission, answer: SubmissionAnswer | undefined) =>
    redrawUnlessError(deps, submission, answer, { section: "workflows" });
  onSubmit(app, deps, {
    callbackId: ids.view.workflow,
    faultBlock: ids.block.roles,
    work: (submission) => saveForm(deps, submission),
    redraw,
  });
  onSubmit(app, deps, {
    callbackId: ids.view.turnOff,
    faultBlock: null,
    work: (submission) => submitTurnOff(deps, submission),
    redraw,
  });
}

async function openForm(deps: SlackDeps, click: Click, turnOn: boolean): Promise<Reply> {
  const workflow = await getWorkflow(deps.context.db, click.organizationId);
  const { version, options, assigneeIds } = workflow;
  const narrowed = assigneeIds.length > 0;
  const shown: ShownWorkflow = { version, turnOn, round: 0, options, trouble: "", narrowed };
  const modal = await drawForm(deps, click.organizationId, shown, workflow);
  return { followUp: () => openModal(deps, click, modal) };
}

/** Redraws the form after a choice: other roles offer other assignees, and the preview counts people again (R6). */
async function redrawForm(deps: SlackDeps, click: Click, actionId: string): Promise<Reply> {
  if (click.view === null) return {};
  const { organizationId } = click;
  const before = shownWorkflowMetadata.read(click.view.metadata);
  const draft = readDraft(click.form, before);
  const shown: ShownWorkflow = {
    ...before,
    round: before.round + (actionId === ids.action.pickRoles ? 1 : 0),
    trouble: channelActions.includes(actionId)
      ? await channelTrouble(deps, organizationId, draft.options.cardsTo)
      : before.trouble,
  };
  const modal = await drawForm(deps, organizationId, shown, draft);
  return { followUp: () => updateModal(deps, click, modal) };
}

/** Returns why cards cannot go to the chosen channel; empty if they can or none is chosen. */
async function channelTrouble(deps: SlackDeps, organizationId: string, cardsTo: CardsTo): Promise<string> {
  if (cardsTo.kind === "reviewers" || cardsTo.channelId === "") return "";
  const checked = await deps.checkChannel(organizationId, cardsTo.channelId);
  return checked.ok ? "" : refusalWords({ code: "channel-unusable", why: checked.why, name: checked.name });
}

/** Returns the matching options of a select with too many of them. They depend on the other choices in the form. */
async function search(
  { context }: SlackDeps,
  { organizationId, typed, view }: Suggest,
  choicesOf: (preview: WorkflowPreview) => readonly Person[],
) {
  if (view === null) return [];
  const draft = readDraft(view.form, shownWorkflowMetadata.read(view.metadata));
  const preview = await getWorkflowPreview(context.db, organizationId, draft, context.now());
  return searchedOptions(choicesOf(preview), typed);
}

async function openTurnOff(deps: SlackDeps, click: Click): Promise<Reply> {
  const { db } = deps.context;
  const [{ version }, { open }] = await Promise.all([
    getWorkflow(db, click.organizationId),
    getWorkflowSummary(db, click.organizationId),
  ]);
  return { followUp: () => openModal(deps, click, turnOffModal(version, open)) };
}

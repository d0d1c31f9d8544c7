import type { App } from "@slack/bolt";
import type { KnownBlock, ModalView } from "@slack/types";
import type { Person } from "../../../domain/people/people.ts";
import { member } from "../../../domain/shared/actor.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import type { Workflow, WorkflowOptions } from "../../../domain/workflow/workflow.ts";
import {
  getWorkflow,
  getWorkflowChange,
  getWorkflowPreview,
  getWorkflowSummary,
  type WorkflowPreview,
} from "../../../queries/workflow/get-workflow.ts";
import { saveWorkflow } from "../../../usecases/workflow/save-workflow.ts";
import { turnOffWorkflow } from "../../../usecases/workflow/turn-off-workflow.ts";
import { type Click, onClick } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import type { FormValues } from "../../kernel/form-values.ts";
import { openModal, updateModal } from "../../kernel/modals.ts";
import type { Reply } from "../../kernel/reply.ts";
import { onSubmit, type Submission, type SubmissionReply } from "../../kernel/submission.ts";
import { onSuggest } from "../../kernel/suggest.ts";
import { refusalWords } from "../../words/refusals.ts";
import { countWords } from "../../words/text.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { redrawBelow } from "../settings-listener.ts";
import {
  assigneesBlock,
  configureModal,
  readShownWorkflow,
  type ShownWorkflow,
  searchedOptions,
  widened,
} from "./configure-workflow-view.ts";
import { readTimes } from "./workflow-times-view.ts";
import { changedBlocks, changeWords, numberList, savedModal, turnOffModal } from "./workflow-view.ts";

/** Settings › Workflows: the row of *Environment Promotion*, and the modals behind it. */
export function listenToWorkflow(app: App, ports: SlackDeps): void {
  onAdminClick(app, ports, ids.action.turnOn, (click) => openConfigure(ports, click, true));
  onAdminClick(app, ports, ids.action.editWorkflow, (click) => openConfigure(ports, click, false));
  onAdminClick(app, ports, ids.action.turnOff, (click) => openTurnOff(ports, click));
  for (const actionId of [
    ids.action.pickRoles,
    ids.action.pickAssignees,
    ids.action.pickApprovals,
    ids.action.pickRules,
    ids.action.pickCardsTo,
    ids.action.pickChannel,
  ]) {
    onClick(app, ports, actionId, (click) => choose(ports, click, actionId));
  }
  offer(app, ports, ids.action.pickRoles, ({ roles }) => roles);
  offer(app, ports, ids.action.pickAssignees, ({ choices }) => choices);
  const thenRedraw =
    (submit: (ports: SlackDeps, submission: Submission) => Promise<SubmissionReply>) =>
    async (submission: Submission): Promise<SubmissionReply> => {
      const { answer } = await submit(ports, submission);
      if (answer?.response_action === "errors") return { answer };
      return { answer, followUp: () => redrawBelow(ports, submission, { section: "workflows" }) };
    };
  onSubmit(app, ports, {
    callbackId: ids.view.workflow,
    faultBlock: ids.block.roles,
    work: thenRedraw(save),
  });
  onSubmit(app, ports, { callbackId: ids.view.turnOff, faultBlock: null, work: thenRedraw(turnOff) });
}

async function openConfigure(ports: SlackDeps, click: Click, turnOn: boolean): Promise<Reply> {
  const workflow = await getWorkflow(ports.context.db, click.organizationId);
  const { version, options, assigneeIds } = workflow;
  const narrowed = assigneeIds.length > 0;
  const shown: ShownWorkflow = { version, turnOn, round: 0, options, trouble: "", narrowed };
  const modal = await draw(ports, click.organizationId, shown, workflow);
  return { followUp: () => openModal(ports, click, modal) };
}

async function draw(
  ports: SlackDeps,
  organizationId: string,
  shown: ShownWorkflow,
  draft: Workflow,
  notice: KnownBlock[] = [],
): Promise<ModalView> {
  const { db, now } = ports.context;
  const preview = await getWorkflowPreview(db, organizationId, draft, now());
  return configureModal({ shown, draft, preview, notice });
}

/** What is chosen in the form by now. */
function readDraft(chosen: FormValues, shown: ShownWorkflow): Workflow {
  const rules = chosen.values(ids.block.rules, ids.action.pickRules);
  const channelId = chosen.value(ids.block.channel, ids.action.pickChannel);
  const cardsTo: WorkflowOptions["cardsTo"] =
    chosen.value(ids.block.cardsTo, ids.action.pickCardsTo) === "channel"
      ? { kind: "channel", channelId, channelName: "" }
      : { kind: "reviewers" };
  return {
    version: shown.version,
    enabled: true,
    roleIds: chosen.values(ids.block.roles, ids.action.pickRoles),
    assigneeIds: chosen.values(assigneesBlock(shown), ids.action.pickAssignees),
    options: {
      ...shown.options,
      gate: chosen.value(ids.block.gate, ids.input.gate) === "critical" ? "critical" : "every",
      requiredApprovals: Number(chosen.value(ids.block.approvals, ids.action.pickApprovals)) || 1,
      selfReview: rules.includes("self"),
      commentOnReject: rules.includes("comment"),
      cardsTo,
      ...readTimes(chosen, shown.options),
    },
  };
}

/** A choice draws the form anew: other roles offer other assignees, and every choice counts people again (R6). */
async function choose(ports: SlackDeps, click: Click, actionId: string): Promise<Reply> {
  if (click.view === null) return {};
  const { organizationId } = click;
  const before = readShownWorkflow(click.view.metadata);
  const draft = readDraft(click.form, before);
  const { cardsTo } = draft.options;
  const asksWhere = actionId === ids.action.pickChannel || actionId === ids.action.pickCardsTo;
  const shown = {
    ...before,
    round: before.round + (actionId === ids.action.pickRoles ? 1 : 0),
    trouble: asksWhere ? await channelTrouble(ports, organizationId, cardsTo) : before.trouble,
  };
  const modal = await draw(ports, organizationId, shown, draft);
  return { followUp: () => updateModal(ports, click, modal) };
}

async function channelTrouble(
  ports: SlackDeps,
  organizationId: string,
  cardsTo: WorkflowOptions["cardsTo"],
): Promise<string> {
  if (cardsTo.kind === "reviewers" || cardsTo.channelId === "") return "";
  const checked = await ports.checkChannel(organizationId, cardsTo.channelId);
  return checked.ok ? "" : refusalWords({ code: "channel-unusable", why: checked.why, name: checked.name });
}

/** The options of a select that has more than it can hold; they are those of what is chosen beside it. */
function offer(
  app: App,
  ports: SlackDeps,
  actionId: string,
  choices: (preview: WorkflowPreview) => readonly Person[],
): void {
  onSuggest(app, ports, {
    actionId,
    search: async ({ organizationId, typed, view }) => {
      if (view === null) return [];
      const draft = readDraft(view.form, readShownWorkflow(view.metadata));
      const { db, now } = ports.context;
      const preview = await getWorkflowPreview(db, organizationId, draft, now());
      return searchedOptions(choices(preview), typed);
    },
  });
}

async function save(ports: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const shown = readShownWorkflow(submission.metadata);
  const draft = readDraft(submission, shown);
  if (shown.narrowed && draft.assigneeIds.length === 0) {
    const view = await draw(ports, organizationId, { ...shown, narrowed: false }, draft, [widened]);
    return { answer: { response_action: "update", view } };
  }
  const placed = await placeCards(ports, organizationId, draft.options.cardsTo);
  if (!placed.ok)
    return { answer: { response_action: "errors", errors: { [ids.block.channel]: placed.words } } };
  // What Save does not turn on stays as it is: under another version than the seen one it is refused anyway.
  const enabled = shown.turnOn || (await getWorkflow(ports.context.db, organizationId)).enabled;
  const workflow = { ...draft, enabled, options: { ...draft.options, cardsTo: placed.cardsTo } };
  const actor = member(userId);
  const saved = await saveWorkflow(ports.context, { organizationId, actor, surface: "slack", workflow });
  if (!saved.ok) return refused(ports, submission, saved.refusal, shown, draft);
  if (saved.value.open === 0) return {};
  const { db, now } = ports.context;
  const { open, undecidable } = await getWorkflowPreview(db, organizationId, workflow, now());
  return { answer: { response_action: "update", view: savedModal("Saved", savedWords(open, undecidable)) } };
}

function savedWords(open: number, undecidable: readonly number[]): string[] {
  const follow = `Saved. ${countWords(open, "open request")} ${open === 1 ? "follows" : "follow"} the new settings.`;
  if (undecidable.length === 0) return [follow];
  return [
    follow,
    `⚠️ Nobody can decide ${numberList(undecidable)} now. Choose more reviewers, or cancel ${undecidable.length === 1 ? "it" : "them"}.`,
  ];
}

type Placed = { ok: true; cardsTo: WorkflowOptions["cardsTo"] } | { ok: false; words: string };

/** The channel is asked about once more: it may have been archived or shared since it was chosen. */
async function placeCards(
  ports: SlackDeps,
  organizationId: string,
  cardsTo: WorkflowOptions["cardsTo"],
): Promise<Placed> {
  if (cardsTo.kind === "reviewers") return { ok: true, cardsTo };
  if (cardsTo.channelId === "") return { ok: false, words: "Choose a channel." };
  const checked = await ports.checkChannel(organizationId, cardsTo.channelId);
  if (checked.ok) return { ok: true, cardsTo: { ...cardsTo, channelName: checked.name } };
  const { why, name } = checked;
  return { ok: false, words: refusalWords({ code: "channel-unusable", why, name }) };
}

/** What somebody else changed meanwhile is drawn above what is chosen; everything else is an error on its field. */
async function refused(
  ports: SlackDeps,
  submission: Submission,
  refusal: Refusal,
  shown: ShownWorkflow,
  draft: Workflow,
): Promise<SubmissionReply> {
  const { organizationId } = submission;
  if (refusal.code === "stale") {
    const change = await getWorkflowChange(ports.context.db, organizationId, shown.version);
    const { version, before, after } = change;
    const notice = changedBlocks(change, changeWords(before, after));
    const view = await draw(ports, organizationId, { ...shown, version }, { ...draft, version }, notice);
    return { answer: { response_action: "update", view } };
  }
  const about = refusal.code === "assignee-not-in-roles" ? assigneesBlock(shown) : ids.block.roles;
  return { answer: { response_action: "errors", errors: { [about]: refusalWords(refusal) } } };
}

async function openTurnOff(ports: SlackDeps, click: Click): Promise<Reply> {
  const { db } = ports.context;
  const [{ version }, { open }] = await Promise.all([
    getWorkflow(db, click.organizationId),
    getWorkflowSummary(db, click.organizationId),
  ]);
  return { followUp: () => openModal(ports, click, turnOffModal(version, open)) };
}

async function turnOff(ports: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const { version } = JSON.parse(submission.metadata) as { version: number };
  const cancelOpen = submission.value(ids.block.cancelOpen, ids.input.cancelOpen) === "yes";
  const actor = member(userId);
  const input = { organizationId, actor, surface: "slack" as const, version, cancelOpen };
  const result = await turnOffWorkflow(ports.context, input);
  if (result.ok) {
    if (result.value.open === 0) return {};
    const view = savedModal("Turned Off", offWords(result.value.open, cancelOpen));
    return { answer: { response_action: "update", view } };
  }
  const words = refusalWords(result.refusal);
  if (result.refusal.code !== "stale")
    return { answer: { response_action: "update", view: savedModal("Turn Off", [words]) } };
  const change = await getWorkflowChange(ports.context.db, organizationId, version);
  const { open } = await getWorkflowSummary(ports.context.db, organizationId);
  const lines = changeWords(change.before, change.after);
  const view = turnOffModal(change.version, open, changedBlocks(change, lines));
  return { answer: { response_action: "update", view } };
}

function offWords(open: number, cancelOpen: boolean): string[] {
  const off = "*Environment Promotion* is off: Promote acts at once.";
  if (cancelOpen) {
    return [
      off,
      `${countWords(open, "open request")} ${open === 1 ? "is" : "are"} being cancelled; one that is being promoted right now goes on.`,
    ];
  }
  return [
    off,
    `${countWords(open, "request")} ${open === 1 ? "stays" : "stay"} open until ${open === 1 ? "it is" : "they are"} promoted or cancelled.`,
  ];
}

import type { Refusal } from "../../../domain/shared/refusals.ts";
import type { CardsTo, Workflow } from "../../../domain/workflow/workflow.ts";
import {
  getWorkflow,
  getWorkflowChange,
  getWorkflowPreview,
} from "../../../queries/workflow/get-workflow.ts";
import { saveWorkflow } from "../../../usecases/workflow/save-workflow.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { fieldError, replaceModal, type Submission, type SubmissionReply } from "../../kernel/submission.ts";
import { refusalWords } from "../../words/refusals.ts";
import { countWords } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import {
  assigneesBlock,
  noAssigneesWarning,
  type ShownWorkflow,
  shownWorkflowMetadata,
} from "./configure-workflow-view.ts";
import { drawForm, readDraft } from "./workflow-form.ts";
import { changedBlocks, changeWords, numberList, savedModal } from "./workflow-view.ts";

/** Saves **Configure Workflow**. Says what it means for open requests, if there are any. */
export async function saveForm(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId } = submission;
  const { db, now } = deps.context;
  const shown = shownWorkflowMetadata.read(submission.metadata);
  const draft = readDraft(submission, shown);
  if (shown.narrowed && draft.assigneeIds.length === 0) {
    const confirmed = { ...shown, narrowed: false };
    return replaceModal(await drawForm(deps, organizationId, confirmed, draft, [noAssigneesWarning]));
  }
  const checked = await checkCardsTo(deps, organizationId, draft.options.cardsTo);
  if (!checked.ok) return fieldError(ids.block.channel, checked.words);
  // Unless Save turns it on, the workflow stays on or off. A change since the person saw it is refused as stale.
  const enabled = shown.turnOn || (await getWorkflow(db, organizationId)).enabled;
  const workflow = { ...draft, enabled, options: { ...draft.options, cardsTo: checked.cardsTo } };
  const saved = await saveWorkflow(deps.context, { ...actingMember(submission), workflow });
  if (!saved.ok) return refusalReply(deps, organizationId, saved.refusal, shown, draft);
  if (saved.value.open === 0) return {};
  const { open, undecidable } = await getWorkflowPreview(db, organizationId, workflow, now());
  return replaceModal(savedModal("Saved", savedWords(open, undecidable)));
}

function savedWords(open: number, undecidable: readonly number[]): string[] {
  const saved = `Saved. ${countWords(open, "open request")} ${open === 1 ? "follows" : "follow"} the new settings.`;
  if (undecidable.length === 0) return [saved];
  return [
    saved,
    `⚠️ Nobody can decide ${numberList(undecidable)} now. Choose more reviewers, or cancel ${undecidable.length === 1 ? "it" : "them"}.`,
  ];
}

type CheckedCardsTo = { ok: true; cardsTo: CardsTo } | { ok: false; words: string };

/** Returns where cards go, with the channel's name. The channel may have been archived or shared since it was chosen. */
async function checkCardsTo(
  deps: SlackDeps,
  organizationId: string,
  cardsTo: CardsTo,
): Promise<CheckedCardsTo> {
  if (cardsTo.kind === "reviewers") return { ok: true, cardsTo };
  if (cardsTo.channelId === "") return { ok: false, words: "Choose a channel." };
  const checked = await deps.checkChannel(organizationId, cardsTo.channelId);
  if (checked.ok) return { ok: true, cardsTo: { ...cardsTo, channelName: checked.name } };
  const { why, name } = checked;
  return { ok: false, words: refusalWords({ code: "channel-unusable", why, name }) };
}

/** `stale` redraws the form with what somebody else has changed. Every other refusal is an error at an input. */
async function refusalReply(
  deps: SlackDeps,
  organizationId: string,
  refusal: Refusal,
  shown: ShownWorkflow,
  draft: Workflow,
): Promise<SubmissionReply> {
  if (refusal.code === "stale") {
    const change = await getWorkflowChange(deps.context.db, organizationId, shown.version);
    const { version, before, after } = change;
    const notice = changedBlocks(change, changeWords(before, after));
    return replaceModal(
      await drawForm(deps, organizationId, { ...shown, version }, { ...draft, version }, notice),
    );
  }
  const block = refusal.code === "assignee-not-in-roles" ? assigneesBlock(shown) : ids.block.roles;
  return fieldError(block, refusalWords(refusal));
}

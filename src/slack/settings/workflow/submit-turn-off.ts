import { getWorkflowChange, getWorkflowSummary } from "../../../queries/workflow/get-workflow.ts";
import { turnOffWorkflow } from "../../../usecases/workflow/turn-off-workflow.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { replaceModal, type Submission, type SubmissionReply } from "../../kernel/submission.ts";
import { refusalWords } from "../../words/refusals.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { turnedOffWords, turnOffMetadata, turnOffModal } from "./turn-off-view.ts";
import { changedBlocks, changeWords, savedModal } from "./workflow-view.ts";

/** Turns the workflow off. A person whose version is outdated sees what has changed and may confirm again. */
export async function submitTurnOff(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId } = submission;
  const { version } = turnOffMetadata.read(submission.metadata);
  const cancelOpen = submission.value(ids.block.cancelOpen, ids.input.cancelOpen) === "yes";
  const result = await turnOffWorkflow(deps.context, { ...actingMember(submission), version, cancelOpen });
  if (result.ok) {
    const { open } = result.value;
    return open === 0 ? {} : replaceModal(savedModal("Turned Off", turnedOffWords(open, cancelOpen)));
  }
  if (result.refusal.code !== "stale") {
    return replaceModal(savedModal("Turn Off", [refusalWords(result.refusal)]));
  }
  const change = await getWorkflowChange(deps.context.db, organizationId, version);
  const { open } = await getWorkflowSummary(deps.context.db, organizationId);
  const notice = changedBlocks(change, changeWords(change.before, change.after));
  return replaceModal(turnOffModal(change.version, open, notice));
}

import type { KnownBlock, ModalView } from "@slack/types";
import type { CardsTo, Workflow } from "../../../domain/workflow/workflow.ts";
import { getWorkflowPreview } from "../../../queries/workflow/get-workflow.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import type { FormValues } from "../../kernel/form-values.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { assigneesBlock, configureModal, type ShownWorkflow } from "./configure-workflow-view.ts";
import { readOptions } from "./option-inputs.ts";

/** Returns the workflow as it is chosen in the form. It is enabled, and the channel for cards has no name yet. */
export function readDraft(form: FormValues, shown: ShownWorkflow): Workflow {
  return {
    version: shown.version,
    enabled: true,
    roleIds: form.values(ids.block.roles, ids.action.pickRoles),
    assigneeIds: form.values(assigneesBlock(shown), ids.action.pickAssignees),
    options: { ...shown.options, ...readOptions(form, shown.options), cardsTo: readCardsTo(form) },
  };
}

function readCardsTo(form: FormValues): CardsTo {
  if (form.value(ids.block.cardsTo, ids.action.pickCardsTo) !== "channel") return { kind: "reviewers" };
  const channelId = form.value(ids.block.channel, ids.action.pickChannel);
  return { kind: "channel", channelId, channelName: "" };
}

/** Returns the form for a draft, with a preview of what it means. */
export async function drawForm(
  { context }: SlackDeps,
  organizationId: string,
  shown: ShownWorkflow,
  draft: Workflow,
  notice: KnownBlock[] = [],
): Promise<ModalView> {
  const preview = await getWorkflowPreview(context.db, organizationId, draft, context.now());
  return configureModal({ shown, draft, preview, notice });
}

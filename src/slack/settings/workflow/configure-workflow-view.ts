import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import type { Person } from "../../../domain/people/people.ts";
import type { CardsTo, Workflow } from "../../../domain/workflow/workflow.ts";
import { workflowOptions } from "../../../lib/workflow-options.ts";
import type { WorkflowPreview } from "../../../queries/workflow/get-workflow.ts";
import { context, divider, modal, option, section } from "../../blocks/blocks.ts";
import { input, matchingOptions, multiSelectOrSearchInput, radioInput } from "../../blocks/inputs.ts";
import { metadataCodec } from "../../kernel/codec.ts";
import { shortName } from "../../words/names.ts";
import { refusalWords } from "../../words/refusals.ts";
import { escaped, escapeWithin, nameList } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { optionInputs } from "./option-inputs.ts";
import { openWords, previewLine } from "./workflow-view.ts";

/** What **Configure Workflow** carries in addition to its inputs. */
const shownWorkflow = z.object({
  /** The version that the person saw. Save is refused if somebody else has saved another one. */
  version: z.int(),
  /** Whether Save turns the workflow on. Otherwise it stays as it is. */
  turnOn: z.boolean(),
  /** How often the roles were changed. It is part of the id of the assignees' block, which clears the old choices. */
  round: z.int(),
  /** The options at the time of drawing. An option without an input keeps its value. */
  options: workflowOptions,
  /** Why the chosen channel cannot be used; empty if it can. */
  trouble: z.string(),
  /** Whether only assignees review so far. Saving without assignees then needs a confirmation. */
  narrowed: z.boolean(),
});

export type ShownWorkflow = z.infer<typeof shownWorkflow>;

export const shownWorkflowMetadata = metadataCodec(shownWorkflow);

export const assigneesBlock = ({ round }: Pick<ShownWorkflow, "round">): string =>
  `${ids.block.assignees}:${round}`;

/** The warning before a Save that removes the last assignee. Assignees may also have left on their own. */
export const noAssigneesWarning: KnownBlock = section(
  "⚠️ *Nobody is assigned any more: every member of these roles will review.* Save again if that is meant.",
);

export type ConfigureWorkflow = {
  shown: ShownWorkflow;
  draft: Workflow;
  preview: WorkflowPreview;
  /** Blocks for the top, such as what somebody else has changed. */
  notice: KnownBlock[];
};

/** **Configure Workflow**: returns the form for who reviews, and how. */
export function configureModal({ shown, draft, preview, notice }: ConfigureWorkflow): ModalView {
  return modal({
    callbackId: ids.view.workflow,
    title: "Configure Workflow",
    submit: "Save",
    metadata: shownWorkflowMetadata.write(shown),
    blocks: [
      ...notice,
      ...(shown.turnOn ? [context("Save turns *Environment Promotion* on.")] : []),
      rolesInput(draft, preview),
      ...assigneesInput(shown, draft, preview),
      ...previewBlocks(preview),
      divider,
      ...optionInputs("review", draft.options),
      ...cardsInputs(draft.options.cardsTo, shown.trouble),
      ...optionInputs("time", draft.options),
    ],
  });
}

const nameOption = ({ id, name }: Person): PlainTextOption => option({ text: shortName(name), value: id });

/** Returns the choices whose name contains what was typed, at most 100. */
export const searchedOptions = (choices: readonly Person[], typed: string): PlainTextOption[] =>
  matchingOptions(choices, typed, ({ name }) => name, nameOption);

function rolesInput({ roleIds }: Workflow, { roles }: WorkflowPreview): InputBlock {
  return multiSelectOrSearchInput({
    id: ids.block.roles,
    actionId: ids.action.pickRoles,
    dispatch: true,
    label: "Roles",
    hint: "Their members review, in the projects for which they hold the role.",
    options: roles.map(nameOption),
    chosen: roleIds,
    placeholder: "Type to search",
  });
}

function assigneesInput(
  shown: ShownWorkflow,
  { assigneeIds }: Workflow,
  { choices }: WorkflowPreview,
): KnownBlock[] {
  if (choices.length === 0) return [];
  return [
    multiSelectOrSearchInput({
      id: assigneesBlock(shown),
      actionId: ids.action.pickAssignees,
      optional: true,
      dispatch: true,
      label: "Assignees",
      hint: "Only these members of the roles review; none: all of them.",
      options: choices.map(nameOption),
      chosen: assigneeIds,
      placeholder: "Type to search",
    }),
  ];
}

/** R6: returns what the draft would mean if it were saved. */
function previewBlocks(preview: WorkflowPreview): KnownBlock[] {
  const { notInRoles, unreachable, fewest, problem } = preview;
  const lines = [`👥 *${escaped(previewLine(preview))}*`];
  if (fewest !== null && preview.reviewers > 0) {
    lines.push(`Fewest in ${escapeWithin(shortName(fewest.project), 200)}: ${fewest.reviewers}`);
  }
  if (unreachable.length > 0) lines.push(`Told on no channel: ${names(unreachable)}`);
  if (notInRoles.length > 0) {
    lines.push(
      `${names(notInRoles)} ${notInRoles.length === 1 ? "is" : "are"} in none of these roles: left out at Save`,
    );
  }
  // The form leaves out assignees who are in none of the roles. Every other problem prevents Save.
  if (problem !== null && problem.code !== "assignee-not-in-roles") {
    lines.push(`⚠️ ${escapeWithin(refusalWords(problem), 1000)}`);
  }
  const open = openWords(preview);
  return [
    { ...section(lines.join("\n")), block_id: "preview" },
    ...(open === "" ? [] : [context(escapeWithin(open, 1500))]),
  ];
}

const names = (people: readonly Person[]): string =>
  escapeWithin(
    nameList(
      people.map(({ name }) => shortName(name)),
      5,
      500,
    ),
    800,
  );

function cardsInputs(cardsTo: CardsTo, trouble: string): KnownBlock[] {
  const kind = radioInput({
    id: ids.block.cardsTo,
    actionId: ids.action.pickCardsTo,
    dispatch: true,
    label: "Where review cards go",
    choices: [
      { text: "Each reviewer, directly", value: "reviewers" },
      { text: "One channel", value: "channel" },
    ],
    chosen: cardsTo.kind,
  });
  if (cardsTo.kind === "reviewers") return [kind];
  const channel = input(
    {
      id: ids.block.channel,
      dispatch: true,
      label: "Channel",
      hint: "Signoff must be in it. Reviewers who are not get their card directly.",
    },
    {
      type: "conversations_select",
      action_id: ids.action.pickChannel,
      filter: {
        include: ["public", "private"],
        exclude_external_shared_channels: true,
        exclude_bot_users: true,
      },
      ...(cardsTo.channelId === "" ? {} : { initial_conversation: cardsTo.channelId }),
    },
  );
  return [kind, channel, ...(trouble === "" ? [] : [section(`⚠️ ${escapeWithin(trouble, 2000)}`)])];
}

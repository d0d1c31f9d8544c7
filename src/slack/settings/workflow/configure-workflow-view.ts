import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import type { Person } from "../../../domain/people/people.ts";
import type { Workflow, WorkflowOptions } from "../../../domain/workflow/workflow.ts";
import type { WorkflowPreview } from "../../../queries/workflow/get-workflow.ts";
import { context, section } from "../../blocks/blocks.ts";
import { shortName } from "../../words/names.ts";
import { refusalWords } from "../../words/refusals.ts";
import { countWords, escaped, escapeWithin, mrkdwn, nameList, plain, textLimits } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { timesInputs } from "./workflow-times-view.ts";
import { openWords, previewLine } from "./workflow-view.ts";

/** What **Configure Workflow** remembers beside what is chosen in it. */
export type ShownWorkflow = {
  /** The version that the person saw: of two who save, the second one is told. */
  version: number;
  /** Whether Save turns it on; else it stays as it is. */
  turnOn: boolean;
  /** Counts the choices of roles: assignees start anew with each, so their block's id changes. */
  round: number;
  /** What no field shows, and what held when it was drawn. */
  options: WorkflowOptions;
  /** Why the chosen channel cannot be used, if so. */
  trouble: string;
  /** Whether only assignees review so far: that everybody in the roles will is asked once before it is saved. */
  narrowed: boolean;
};

export const readShownWorkflow = (metadata: string): ShownWorkflow => JSON.parse(metadata) as ShownWorkflow;

export const assigneesBlock = ({ round }: Pick<ShownWorkflow, "round">): string =>
  `${ids.block.assignees}:${round}`;

/** Said before a Save that lets everybody in the roles review where only assignees did, who may have left by themselves. */
export const widened: KnownBlock = {
  type: "section",
  text: mrkdwn(
    "⚠️ *Nobody is assigned any more: every member of these roles will review.* Save again if that is meant.",
  ),
};

export type ConfigureWorkflow = {
  shown: ShownWorkflow;
  draft: Workflow;
  preview: WorkflowPreview;
  /** Drawn at the top: what somebody else changed meanwhile. */
  notice: KnownBlock[];
};

/** **Configure Workflow**: who reviews, and how. */
export function configureModal({ shown, draft, preview, notice }: ConfigureWorkflow): ModalView {
  return {
    type: "modal",
    callback_id: ids.view.workflow,
    title: plain("Configure Workflow", 24),
    submit: plain("Save", 24),
    close: plain("Close", 24),
    private_metadata: JSON.stringify(shown),
    blocks: [
      ...notice,
      ...(shown.turnOn ? [context("Save turns *Environment Promotion* on.")] : []),
      rolesInput(draft, preview),
      ...assigneesInput(shown, draft, preview),
      ...previewBlocks(preview),
      { type: "divider" },
      gateInput(draft.options),
      approvalsInput(draft.options),
      rulesInput(draft.options),
      ...cardsInputs(draft.options, shown.trouble),
      ...timesInputs(draft.options),
    ],
  };
}

/** The most options that a select takes; with more, they are searched. */
const mostOptions = 100;

const named = ({ id, name }: Person): PlainTextOption => ({
  text: plain(shortName(name), textLimits.option),
  value: id,
});

/** Several of these: to be searched where there are more than a select takes. */
function several(
  actionId: string,
  choices: readonly Person[],
  chosen: readonly string[],
): InputBlock["element"] {
  const initial = choices.filter(({ id }) => chosen.includes(id)).map(named);
  const picked = initial.length === 0 ? {} : { initial_options: initial };
  if (choices.length > mostOptions) {
    const placeholder = plain("Type to search");
    return {
      type: "multi_external_select",
      action_id: actionId,
      min_query_length: 0,
      placeholder,
      ...picked,
    };
  }
  return { type: "multi_static_select", action_id: actionId, options: choices.map(named), ...picked };
}

/** The choices that contain what was typed, as many as a select takes. */
export function searchedOptions(choices: readonly Person[], typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase();
  return choices
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .slice(0, mostOptions)
    .map(named);
}

function rolesInput({ roleIds }: Workflow, { roles }: WorkflowPreview): InputBlock {
  return {
    type: "input",
    block_id: ids.block.roles,
    dispatch_action: true,
    label: plain("Roles"),
    hint: plain("Their members review, in the projects for which they hold the role."),
    element: several(ids.action.pickRoles, roles, roleIds),
  };
}

function assigneesInput(
  shown: ShownWorkflow,
  { assigneeIds }: Workflow,
  { choices }: WorkflowPreview,
): KnownBlock[] {
  if (choices.length === 0) return [];
  return [
    {
      type: "input",
      block_id: assigneesBlock(shown),
      optional: true,
      dispatch_action: true,
      label: plain("Assignees"),
      hint: plain("Only these members of the roles review; none: all of them."),
      element: several(ids.action.pickAssignees, choices, assigneeIds),
    },
  ];
}

/** R6: what it would mean, before it is saved. */
function previewBlocks(preview: WorkflowPreview): KnownBlock[] {
  const { outside, unreachable, fewest, problem } = preview;
  const lines = [`👥 *${escaped(previewLine(preview))}*`];
  if (fewest !== null && preview.reviewers > 0) {
    lines.push(`Fewest in ${escapeWithin(shortName(fewest.project), 200)}: ${fewest.reviewers}`);
  }
  if (unreachable.length > 0) lines.push(`Told on no channel: ${names(unreachable)}`);
  if (outside.length > 0) {
    lines.push(
      `${names(outside)} ${outside.length === 1 ? "is" : "are"} in none of these roles: left out at Save`,
    );
  }
  // Outside people are left out by the form itself; everything else stands in the way of Save.
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
  escapeWithin(nameList(people.map(({ name }) => shortName(name))), 500);

function choice(text: string, value: string): PlainTextOption {
  return { text: plain(text, textLimits.option), value };
}

function gateInput({ gate }: WorkflowOptions): InputBlock {
  const options = [choice("Every environment", "every"), choice("Critical environments only", "critical")];
  return {
    type: "input",
    block_id: ids.block.gate,
    label: plain("Which promotions need a review"),
    element: {
      type: "radio_buttons",
      action_id: ids.input.gate,
      options,
      initial_option: options[gate === "every" ? 0 : 1] as PlainTextOption,
    },
  };
}

const usualMost = 10;

function approvalsInput({ requiredApprovals }: WorkflowOptions): InputBlock {
  const most = Math.max(usualMost, requiredApprovals);
  const options = Array.from({ length: Math.min(most, mostOptions) }, (_, i) =>
    choice(countWords(i + 1, "approval"), String(i + 1)),
  );
  return {
    type: "input",
    block_id: ids.block.approvals,
    dispatch_action: true,
    label: plain("Required approvals"),
    element: {
      type: "static_select",
      action_id: ids.action.pickApprovals,
      options,
      initial_option: options[requiredApprovals - 1] as PlainTextOption,
    },
  };
}

function rulesInput({ selfReview, commentOnReject }: WorkflowOptions): InputBlock {
  const self = choice("Requesters may review their own requests", "self");
  const comment = choice("A Reject needs a comment", "comment");
  const initial = [...(selfReview ? [self] : []), ...(commentOnReject ? [comment] : [])];
  return {
    type: "input",
    block_id: ids.block.rules,
    optional: true,
    dispatch_action: true,
    label: plain("Rules"),
    element: {
      type: "checkboxes",
      action_id: ids.action.pickRules,
      options: [self, comment],
      ...(initial.length === 0 ? {} : { initial_options: initial }),
    },
  };
}

function cardsInputs({ cardsTo }: WorkflowOptions, trouble: string): KnownBlock[] {
  const options = [choice("Each reviewer, directly", "reviewers"), choice("One channel", "channel")];
  const inputs: KnownBlock[] = [
    {
      type: "input",
      block_id: ids.block.cardsTo,
      dispatch_action: true,
      label: plain("Where review cards go"),
      element: {
        type: "radio_buttons",
        action_id: ids.action.pickCardsTo,
        options,
        initial_option: options[cardsTo.kind === "reviewers" ? 0 : 1] as PlainTextOption,
      },
    },
  ];
  if (cardsTo.kind === "reviewers") return inputs;
  inputs.push({
    type: "input",
    block_id: ids.block.channel,
    dispatch_action: true,
    label: plain("Channel"),
    hint: plain("Signoff must be in it. Reviewers who are not get their card directly."),
    element: {
      type: "conversations_select",
      action_id: ids.action.pickChannel,
      filter: {
        include: ["public", "private"],
        exclude_external_shared_channels: true,
        exclude_bot_users: true,
      },
      ...(cardsTo.channelId === "" ? {} : { initial_conversation: cardsTo.channelId }),
    },
  });
  if (trouble !== "") inputs.push(section(`⚠️ ${escapeWithin(trouble, 2000)}`));
  return inputs;
}

import type { KnownBlock, ModalView } from "@slack/types";
import type { CardsTo } from "../../../domain/workflow/workflow.ts";
import type {
  NamedWorkflow,
  WorkflowPreview,
  WorkflowSummary,
} from "../../../queries/workflow/get-workflow.ts";
import { actions, button, context, modal, section } from "../../blocks/blocks.ts";
import { shortName } from "../../words/names.ts";
import { countWords, escaped, escapeWithin, moment, nameList } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { optionFields } from "./option-fields.ts";
import { optionWords } from "./option-inputs.ts";

/** Returns the row of *Environment Promotion* in Settings › Workflows. */
export function workflowBlocks(workflow: WorkflowSummary): KnownBlock[] {
  const { enabled, open } = workflow;
  const state = enabled ? "🟢 *On*" : "⚪ *Off*";
  const openCount = open === 0 ? "" : ` · ${countWords(open, "open request")}`;
  const label = (verb: string) => ({ label: `${verb} Environment Promotion` });
  return [
    section(`*Environment Promotion*  ${state}\n${escapeWithin(reviewWords(workflow), 2000)}`),
    context(escaped(`${gateWords(workflow)}${openCount}`)),
    actions(
      [
        enabled
          ? button(ids.action.turnOff, "Turn Off", "off", label("Turn off"))
          : button(ids.action.turnOn, "Turn On", "on", { style: "primary", ...label("Turn on") }),
        button(ids.action.editWorkflow, "Edit", "edit", label("Edit")),
      ],
      "workflow",
    ),
  ];
}

/** Returns who reviews: "Release Managers, two assignees · 1 approval". */
function reviewWords({ roles, assignees, options }: WorkflowSummary): string {
  if (roles.length === 0) return "Nobody is chosen to review yet";
  const count = assignees.length;
  const assigneeWords =
    count === 0 ? "" : `, ${numerals[count] ?? count} ${count === 1 ? "assignee" : "assignees"}`;
  const approvals = countWords(options.requiredApprovals, "approval");
  return `${nameList(roles.map(shortName))}${assigneeWords} · ${approvals}`;
}

const numerals = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

function gateWords({ enabled, options }: WorkflowSummary): string {
  if (!enabled) return "Promote acts at once, without a review";
  return `${optionFields.gate.choices[options.gate]} · cards go to ${cardsWords(options.cardsTo)}`;
}

const cardsWords = (cardsTo: CardsTo): string =>
  cardsTo.kind === "reviewers" ? "each reviewer" : `#${shortName(cardsTo.channelName)}`;

/** R6: returns the preview: "4 people can review, 4 will be told, 1 has no email address". */
export function previewLine({ reviewers, notified, noEmail }: WorkflowPreview): string {
  if (reviewers === 0) return "Nobody can review yet";
  const people = reviewers === 1 ? "1 person" : `${reviewers} people`;
  const mail = noEmail === 0 ? "" : `, ${noEmail} ${noEmail === 1 ? "has" : "have"} no email address`;
  return `${people} can review, ${notified} will be told${mail}`;
}

/** Returns requests by number. At most twenty are named. */
export const numberList = (numbers: readonly number[]): string =>
  nameList(
    numbers.map((number) => `#${number}`),
    20,
  );

/** Returns what Save would do to the open requests; empty if there are none. */
export function openWords({ open, undecidable }: Pick<WorkflowPreview, "open" | "undecidable">): string {
  if (open === 0) return "";
  const follow = `${countWords(open, "open request")} ${open === 1 ? "follows" : "follow"} the new settings.`;
  if (undecidable.length === 0) return follow;
  return `${follow} Nobody could then decide ${numberList(undecidable)}.`;
}

/** Returns the modal that says what Save did, for when closing the form does not say enough. */
export function savedModal(title: string, sentences: readonly string[]): ModalView {
  const blocks = sentences.filter((words) => words !== "").map((words) => section(escapeWithin(words, 2900)));
  return modal({ callbackId: "settings_saved", title, blocks });
}

/** Returns what somebody else has changed, one line per setting, for a person whose Save came second. */
export function changeWords(before: NamedWorkflow, after: NamedWorkflow): string {
  const newValues = settingWords(after);
  const lines = settingWords(before).flatMap(([label, oldValue], i) => {
    const newValue = newValues[i]?.[1] ?? "";
    return oldValue === newValue ? [] : `• ${label}: ${oldValue} → ${newValue}`;
  });
  return lines.join("\n");
}

function settingWords({
  enabled,
  roles,
  assignees,
  options,
}: NamedWorkflow): [label: string, value: string][] {
  return [
    ["Environment Promotion", enabled ? "on" : "off"],
    ["Roles", nameList(roles.map(shortName), 5, 400) || "none"],
    ["Assignees", nameList(assignees.map(shortName), 5, 400) || "none"],
    ...optionWords("review", options),
    ["Cards go to", cardsWords(options.cardsTo)],
    ...optionWords("time", options),
  ];
}

/** Returns who changed a setting, when, and what, for the top of a form that keeps what the person chose in it. */
export function changedBlocks(
  change: { by: { name: string } | null; at: Date },
  lines: string,
): KnownBlock[] {
  const who = change.by === null ? "Somebody" : shortName(change.by.name);
  const words = `⚠️ *${escapeWithin(who, 200)} changed this while you were editing* · ${moment(change.at)}`;
  const what = lines === "" ? "" : `\n${escapeWithin(lines, 2000)}`;
  return [
    section(
      `${words}${what}\nWhat you chose is still below: look, then send it again to put it in its place.`,
    ),
  ];
}

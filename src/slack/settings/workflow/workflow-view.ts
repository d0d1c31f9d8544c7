import type { KnownBlock, ModalView } from "@slack/types";
import type { WorkflowOptions } from "../../../domain/workflow/workflow.ts";
import type {
  NamedWorkflow,
  WorkflowPreview,
  WorkflowSummary,
} from "../../../queries/workflow/get-workflow.ts";
import { button, context, section } from "../../blocks/blocks.ts";
import { shortName } from "../../words/names.ts";
import { countWords, escaped, escapeWithin, moment, nameList, plain } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";

/** Settings › Workflows: the row *Environment Promotion*. */
export function workflowBlocks(workflow: WorkflowSummary): KnownBlock[] {
  const { enabled, open } = workflow;
  const state = enabled ? "🟢 *On*" : "⚪ *Off*";
  const waiting = open === 0 ? "" : ` · ${countWords(open, "open request")}`;
  return [
    section(`*Environment Promotion*  ${state}\n${escapeWithin(reviewWords(workflow), 2000)}`),
    context(escaped(`${gateWords(workflow)}${waiting}`)),
    {
      type: "actions",
      block_id: "workflow",
      elements: [
        enabled
          ? button(ids.action.turnOff, "Turn Off", "off", label("Turn off"))
          : button(ids.action.turnOn, "Turn On", "on", { style: "primary", ...label("Turn on") }),
        button(ids.action.editWorkflow, "Edit", "edit", label("Edit")),
      ],
    },
  ];
}

const label = (verb: string) => ({ label: `${verb} Environment Promotion` });

/** "Release Managers, two assignees · 1 approval" */
export function reviewWords({ roles, assignees, requiredApprovals }: WorkflowSummary): string {
  if (roles.length === 0) return "Nobody is chosen to review yet";
  const among =
    assignees.length === 0
      ? ""
      : `, ${inWords(assignees.length)} ${assignees.length === 1 ? "assignee" : "assignees"}`;
  return `${nameList(roles.map(shortName))}${among} · ${countWords(requiredApprovals, "approval")}`;
}

const numerals = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const inWords = (count: number): string => numerals[count] ?? String(count);

function gateWords({ enabled, gate, cardsTo }: WorkflowSummary): string {
  if (!enabled) return "Promote acts at once, without a review";
  const where = gate === "every" ? "Every environment" : "Critical environments only";
  return `${where} · cards go to ${cardsWords(cardsTo)}`;
}

export const cardsWords = (cardsTo: WorkflowOptions["cardsTo"]): string =>
  cardsTo.kind === "reviewers" ? "each reviewer" : `#${shortName(cardsTo.channelName)}`;

/** The live line: "4 people can review, 4 will be told, 1 has no email address" (R6). */
export function previewLine({ reviewers, told, noEmail }: WorkflowPreview): string {
  if (reviewers === 0) return "Nobody can review yet";
  const people = reviewers === 1 ? "1 person" : `${reviewers} people`;
  const mail = noEmail === 0 ? "" : `, ${noEmail} ${noEmail === 1 ? "has" : "have"} no email address`;
  return `${people} can review, ${told} will be told${mail}`;
}

/** Requests by number, at most twenty by name. */
export const numberList = (numbers: readonly number[]): string =>
  nameList(
    numbers.map((number) => `#${number}`),
    20,
  );

/** What Save would do to the requests that are open. */
export function openWords({ open, undecidable }: Pick<WorkflowPreview, "open" | "undecidable">): string {
  if (open === 0) return "";
  const follow = `${countWords(open, "open request")} ${open === 1 ? "follows" : "follow"} the new settings.`;
  if (undecidable.length === 0) return follow;
  return `${follow} Nobody could then decide ${numberList(undecidable)}.`;
}

/** **Turn Off**: what becomes of open requests (R1). */
export function turnOffModal(version: number, open: number, notice: KnownBlock[] = []): ModalView {
  const cancel: KnownBlock[] =
    open === 0
      ? []
      : [
          {
            type: "input",
            block_id: ids.block.cancelOpen,
            optional: true,
            label: plain("Open requests"),
            hint: plain("Everyone who was asked will see that the workflow was turned off."),
            element: {
              type: "checkboxes",
              action_id: ids.input.cancelOpen,
              options: [{ text: plain(`Cancel ${open === 1 ? "it" : "them"} now`, 75), value: "yes" }],
            },
          },
        ];
  const lives =
    open === 0
      ? "No request is open."
      : `*${countWords(open, "request")} ${open === 1 ? "is" : "are"} open.* ${open === 1 ? "It lives" : "They live"} on: reviewers can still decide, and the same promotion is refused until its request is promoted or cancelled.`;
  return {
    type: "modal",
    callback_id: ids.view.turnOff,
    title: plain("Turn Off", 24),
    submit: plain("Turn Off", 24),
    close: plain("Keep It On", 24),
    private_metadata: JSON.stringify({ version }),
    blocks: [
      ...notice,
      section("*Environment Promotion* will be off: Promote acts at once, without a review."),
      section(lives),
      ...cancel,
    ],
  };
}

/** What a Save did, where there is more to say than that the modal closed. */
export function savedModal(title: string, sentences: readonly string[]): ModalView {
  return {
    type: "modal",
    callback_id: "settings_saved",
    title: plain(title, 24),
    close: plain("Close", 24),
    blocks: sentences.filter((words) => words !== "").map((words) => section(escapeWithin(words, 2900))),
  };
}

/** What somebody else changed meanwhile, for the one whose Save came second. */
export function changeWords(before: NamedWorkflow, after: NamedWorkflow): string {
  const lines = describe(before).flatMap(([what, was], i) => {
    const is = describe(after)[i]?.[1] ?? "";
    return was === is ? [] : `• ${what}: ${was} → ${is}`;
  });
  return lines.join("\n");
}

function describe({ enabled, roles, assignees, options }: NamedWorkflow): [string, string][] {
  const yes = (value: boolean): string => (value ? "yes" : "no");
  return [
    ["Environment Promotion", enabled ? "on" : "off"],
    ["Roles", nameList(roles.map(shortName)) || "none"],
    ["Assignees", nameList(assignees.map(shortName)) || "none"],
    ["Guards", options.gate === "every" ? "every environment" : "critical environments only"],
    ["Approvals needed", String(options.requiredApprovals)],
    ["Self-review", yes(options.selfReview)],
    ["Comment on Reject", yes(options.commentOnReject)],
    ["Cards go to", cardsWords(options.cardsTo)],
    ["Expires while it waits", `after ${countWords(options.pendingDays, "day")}`],
    ["Expires unfinished", `after ${countWords(options.unfinishedDays, "day")}`],
    ["Reminder", `${countWords(options.reminderHours, "hour")} before`],
  ];
}

/** Who changed it, when, and what, at the top of the form that still holds what was typed. */
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

import type { InputBlock } from "@slack/types";
import type { WorkflowOptions } from "../../../domain/workflow/workflow.ts";
import { selectInput } from "../../blocks/inputs.ts";
import type { FormValues } from "../../kernel/form-values.ts";
import { countWords } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";

type Times = Pick<WorkflowOptions, "pendingDays" | "unfinishedDays" | "reminderHours">;

const usualDays = [1, 2, 3, 5, 7, 14, 30, 60, 90];
const usualHours = [1, 2, 4, 8, 12, 24, 48, 72];

/** R11: when requests expire, and when somebody is reminded of it. */
export function timesInputs({ pendingDays, unfinishedDays, reminderHours }: Times): InputBlock[] {
  return [
    timeInput(
      ids.block.pendingDays,
      "A request that waits for review expires after",
      usualDays,
      "day",
      pendingDays,
    ),
    timeInput(
      ids.block.unfinishedDays,
      "An approved or failed one that nobody finishes expires after",
      usualDays,
      "day",
      unfinishedDays,
    ),
    {
      ...timeInput(ids.block.reminderHours, "Remind before that", usualHours, "hour", reminderHours),
      hint: {
        type: "plain_text",
        text: "Reminds those who have not reviewed or, once approved, the requester. Of a short time, never in its first half.",
      },
    },
  ];
}

/** The usual choices, and what holds now, whatever it is. */
function timeInput(id: string, label: string, usual: number[], unit: string, chosen: number): InputBlock {
  const counts = [...new Set([...usual, chosen])].sort((a, b) => a - b);
  const choices = counts.map((count) => ({ text: countWords(count, unit), value: String(count) }));
  return selectInput({ id, label, choices, chosen: String(chosen) });
}

/** What is chosen by now; what a form of an older version does not say stays as it was. */
export function readTimes(chosen: FormValues, before: Times): Times {
  const read = (id: string, was: number) => Number(chosen.value(id, id)) || was;
  return {
    pendingDays: read(ids.block.pendingDays, before.pendingDays),
    unfinishedDays: read(ids.block.unfinishedDays, before.unfinishedDays),
    reminderHours: read(ids.block.reminderHours, before.reminderHours),
  };
}

import type { optionDefinitions } from "../../../domain/workflow/options.ts";
import { countWords } from "../../words/text.ts";

/** What the list of changes says before and after "→" of an option; `changeLabel` is its name there. */
type Change = { changeLabel: string };

/** An input of its own, before (`review`) or after (`time`) the question where cards go. */
type OwnInput = Change & {
  section: "review" | "time";
  input: {
    /** The block's id. */
    id: string;
    /** The action's id, where it differs from the block's. */
    actionId?: string;
    label: string;
    hint?: string;
    /** Whether a choice redraws the form, because the preview depends on it. */
    dispatch?: true;
  };
};

export type NumberField = OwnInput & {
  /** The numbers to choose from; they must include the current one. */
  numbers: (current: number) => number[];
  changeValue: (count: number) => string;
};

export type ChoiceField<Value extends string = string> = OwnInput & { choices: Record<Value, string> };

/** A checkbox under "Rules". `value` identifies it in the form. */
export type FlagField = Change & { label: string; value: string };

type FieldOf<Definition> = Definition extends { kind: "number" }
  ? NumberField
  : Definition extends { kind: "flag" }
    ? FlagField
    : Definition extends { values: readonly (infer Value extends string)[] }
      ? ChoiceField<Value>
      : never;

type Fields = { [Name in keyof typeof optionDefinitions]: FieldOf<(typeof optionDefinitions)[Name]> };

/**
 * How the form and the list of changes show each option. The ids are part of open forms, so they never change.
 */
export const optionFields: Fields = {
  gate: {
    section: "review",
    input: { id: "gate", actionId: "gate_input", label: "Which promotions need a review" },
    choices: { every: "Every environment", critical: "Critical environments only" },
    changeLabel: "Guards",
  },
  requiredApprovals: {
    section: "review",
    input: { id: "approvals", actionId: "pick_approvals", label: "Required approvals", dispatch: true },
    numbers: (current) => Array.from({ length: Math.max(10, current) }, (_, i) => i + 1),
    changeLabel: "Approvals needed",
    changeValue: String,
  },
  selfReview: {
    label: "Requesters may review their own requests",
    value: "self",
    changeLabel: "Self-review",
  },
  commentOnReject: {
    label: "A Reject needs a comment",
    value: "comment",
    changeLabel: "Comment on Reject",
  },
  pendingDays: {
    section: "time",
    input: { id: "pending_days", label: "A request that waits for review expires after" },
    numbers: usual(1, 2, 3, 5, 7, 14, 30, 60, 90),
    changeLabel: "Expires while it waits",
    changeValue: (days) => `after ${countWords(days, "day")}`,
  },
  unfinishedDays: {
    section: "time",
    input: {
      id: "unfinished_days",
      label: "An approved or failed one that nobody finishes expires after",
    },
    numbers: usual(1, 2, 3, 5, 7, 14, 30, 60, 90),
    changeLabel: "Expires unfinished",
    changeValue: (days) => `after ${countWords(days, "day")}`,
  },
  reminderHours: {
    section: "time",
    input: {
      id: "reminder_hours",
      label: "Remind before that",
      hint: "Reminds those who have not reviewed or, once approved, the requester. Of a short time, never in its first half.",
    },
    numbers: usual(1, 2, 4, 8, 12, 24, 48, 72),
    changeLabel: "Reminder",
    changeValue: (hours) => `${countWords(hours, "hour")} before`,
  },
};

/** Returns these numbers and the current one, in order. */
function usual(...numbers: number[]): NumberField["numbers"] {
  return (current) => [...new Set([...numbers, current])].sort((a, b) => a - b);
}

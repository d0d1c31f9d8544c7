import type { MemberId } from "../people/people.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import type { StateName } from "./request.ts";

/** The states that run out, of which somebody is reminded. */
export const remindedStates = ["pending", "approved", "failed"] as const satisfies readonly StateName[];

export type RemindedState = (typeof remindedStates)[number];

/** R11: what a reminder is about: this state of the request, which runs out then (ISO 8601). One each. */
export type Reminder = { state: RemindedState; expiresAt: string };

const hourMs = 3_600_000;

/**
 * R11: how long before a state runs out its reminder goes out, in milliseconds, by the options of this moment. Where
 * the whole time is short, not before half of it: nobody is reminded of what they were just told.
 */
export function reminderLeadMs(state: RemindedState, options: WorkflowOptions): number {
  const days = state === "pending" ? options.pendingDays : options.unfinishedDays;
  return Math.min(options.reminderHours, days * 12) * hourMs;
}

/** What of a request decides whether a reminder still has something to remind of. */
export type Reminded = {
  state: StateName;
  expiresAt: Date | null;
  requesterId: MemberId;
  /** Who may review it now. */
  reviewers: readonly MemberId[];
  /** Whose review stands. */
  answered: readonly MemberId[];
};

/**
 * R11: whether this person still has to be reminded: the request stands as it did, and it is they who can go on with
 * it. Asked when the reminder is sent, as it may have waited.
 */
export function stillReminds(reminder: Reminder, request: Reminded, recipientId: MemberId): boolean {
  const { state, expiresAt, reviewers, answered, requesterId } = request;
  if (state !== reminder.state || expiresAt?.toISOString() !== reminder.expiresAt) return false;
  if (state !== "pending") return recipientId === requesterId;
  return reviewers.includes(recipientId) && !answered.includes(recipientId);
}

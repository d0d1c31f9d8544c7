import type { MemberId } from "../people/people.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import type { StateName } from "./request.ts";

/** The states that expire and send a reminder before. */
export const remindedStates = ["pending", "approved", "failed"] as const satisfies readonly StateName[];

export type RemindedState = (typeof remindedStates)[number];

/** R11: the subject of a reminder: a state of the request and when it expires (ISO 8601). Each is sent once. */
export type Reminder = { state: RemindedState; expiresAt: string };

const hourMs = 3_600_000;

/**
 * R11: returns how long before its expiry a state sends its reminder, in milliseconds. It is at most half of the whole
 * time, so that nobody gets a reminder right after the first notice.
 */
export function reminderLeadMs(state: RemindedState, options: WorkflowOptions): number {
  const days = state === "pending" ? options.pendingDays : options.unfinishedDays;
  return Math.min(options.reminderHours, days * 12) * hourMs;
}

/** The facts about a request that decide whether a reminder still applies. */
export type Reminded = {
  state: StateName;
  expiresAt: Date | null;
  requesterId: MemberId;
  /** Who may review it now. */
  reviewers: readonly MemberId[];
  /** Who has given a review. */
  answered: readonly MemberId[];
};

/**
 * R11: returns whether a person still needs this reminder: the request is in the same state with the same expiry, and the
 * person is the one to act on it. Checked when the reminder is sent, which may be later than planned.
 */
export function stillReminds(reminder: Reminder, request: Reminded, recipientId: MemberId): boolean {
  const { state, expiresAt, reviewers, answered, requesterId } = request;
  if (state !== reminder.state || expiresAt?.toISOString() !== reminder.expiresAt) return false;
  if (state !== "pending") return recipientId === requesterId;
  return reviewers.includes(recipientId) && !answered.includes(recipientId);
}

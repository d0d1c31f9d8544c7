import type { MemberId } from "../people/people.ts";

/** Where review cards go: to each reviewer, or once to a channel that mentions them. */
export type CardsTo = { kind: "reviewers" } | { kind: "channel"; channelId: string; channelName: string };

/** The options of a workflow, second version. Durations are whole days and hours (R11). */
export type WorkflowOptions = {
  v: 2;
  /** R1: which target environments the gate guards. */
  gate: "every" | "critical";
  /** R7: how many approvals approve. */
  requiredApprovals: number;
  /** R5: whether a requester may review their own request. */
  selfReview: boolean;
  /** R7: whether a Reject needs a comment. */
  commentOnReject: boolean;
  /** R11: a pending request expires after this many days. */
  pendingDays: number;
  /** R11: an approved or failed request that nobody finishes expires after this many days. */
  unfinishedDays: number;
  /** R11: a reminder goes out this many hours before. */
  reminderHours: number;
  cardsTo: CardsTo;
};

/** One saved version of *Environment Promotion*; it is never changed. */
export type Workflow = {
  version: number;
  enabled: boolean;
  roleIds: readonly string[];
  assigneeIds: readonly MemberId[];
  options: WorkflowOptions;
};

export const defaultOptions: WorkflowOptions = {
  v: 2,
  gate: "every",
  requiredApprovals: 1,
  selfReview: false,
  commentOnReject: false,
  pendingDays: 7,
  unfinishedDays: 3,
  reminderHours: 24,
  cardsTo: { kind: "reviewers" },
};

/** What holds in an organization that has saved no workflow yet. */
export const noWorkflow: Workflow = {
  version: 0,
  enabled: false,
  roleIds: [],
  assigneeIds: [],
  options: defaultOptions,
};

/** R1: whether a promotion to this environment needs an approved request. */
export function gates(workflow: Workflow, target: { critical: boolean }): boolean {
  return workflow.enabled && (workflow.options.gate === "every" || target.critical);
}

/** R1: why the system approves what the gate does not guard. */
export function openGateReason(workflow: Workflow): string {
  return workflow.enabled ? "not a critical environment" : "workflow off";
}

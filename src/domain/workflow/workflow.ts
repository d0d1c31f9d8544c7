import type { MemberId } from "../people/people.ts";
import { defaultValues, type OptionValues } from "./options.ts";

/** Where review cards go: to each reviewer directly, or once to a channel that mentions them. */
export type CardsTo = { kind: "reviewers" } | { kind: "channel"; channelId: string; channelName: string };

/** The options of a workflow. `v` is the version of the stored JSON; version 1 had no `cardsTo`. */
export type WorkflowOptions = { v: 2 } & OptionValues & { cardsTo: CardsTo };

/** One saved version of *Environment Promotion*. It never changes. */
export type Workflow = {
  version: number;
  enabled: boolean;
  roleIds: readonly string[];
  assigneeIds: readonly MemberId[];
  options: WorkflowOptions;
};

export const defaultOptions: WorkflowOptions = { v: 2, ...defaultValues, cardsTo: { kind: "reviewers" } };

/** What applies in an organization that has not saved a workflow. */
export const noWorkflow: Workflow = {
  version: 0,
  enabled: false,
  roleIds: [],
  assigneeIds: [],
  options: defaultOptions,
};

/** R1: returns whether a promotion to this environment needs an approved request. */
export function requiresReview(workflow: Workflow, target: { critical: boolean }): boolean {
  return workflow.enabled && (workflow.options.gate === "every" || target.critical);
}

/** R1: returns the reason that is recorded where the system approves a request without a review. */
export function noReviewReason(workflow: Workflow): string {
  return workflow.enabled ? "not a critical environment" : "workflow off";
}

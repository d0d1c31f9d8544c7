import { countedApprovals, type GivenReviews } from "../requests/approvals.ts";
import { eligibleReviewers } from "../requests/eligibility.ts";
import { type PromotionRequest, requesters, stateAt } from "../requests/request.ts";
import type { Workflow } from "./workflow.ts";
import { type Candidate, deadProjects } from "./workflow-check.ts";

/** R6: a project with fewer possible reviewers than required approvals. */
export type ProjectShortage = { id: string; name: string } & { available: number; required: number };

/** R6: a pending request that lacks more approvals than people can still give. */
export type RequestShortage = {
  number: number;
  /** How many people may review it, including those who already approved. */
  eligible: number;
  /** How many people can still approve it. */
  available: number;
  /** How many approvals it lacks. */
  missing: number;
};

export type Shortages = { projects: ProjectShortage[]; requests: RequestShortage[] };

/** What decides where too few people can review. */
export type ShortageFacts = {
  workflow: Workflow;
  /** Everyone who holds one of the workflow's roles. */
  candidates: readonly Candidate[];
  projects: readonly { id: string; name: string }[];
  /** The requests stored as pending, each with its reviews, if there are any. */
  pending: readonly { request: PromotionRequest; given: GivenReviews | undefined }[];
};

/** Returns the projects and pending requests that too few people can decide (R6), for a warning to the admins. */
export function findShortages(facts: ShortageFacts, now: Date): Shortages {
  const { workflow, candidates, projects } = facts;
  const required = workflow.options.requiredApprovals;
  const dead = workflow.enabled ? deadProjects(workflow, candidates, projects) : [];
  const pending = facts.pending.filter(({ request }) => stateAt(request.state, now).name === "pending");
  return {
    projects: dead.map((project) => ({ ...project, required })),
    requests: pending.flatMap(({ request, given }) => {
      const shortage = requestShortage(request, given, candidates, workflow);
      return shortage === null ? [] : [shortage];
    }),
  };
}

/** R6: returns the shortage of a pending request, or null if enough people can still decide it. */
export function requestShortage(
  request: PromotionRequest,
  given: GivenReviews | undefined,
  candidates: readonly Candidate[],
  workflow: Workflow,
): RequestShortage | null {
  const { number, projectId } = request;
  const required = workflow.options.requiredApprovals;
  const asked = { projectId, requesters: requesters(request) };
  const eligible = eligibleReviewers(candidates, asked, workflow).map(({ id }) => id);
  // Those whose approvals count are among the eligible (R4), and any of them can give the Approve that decides.
  if (eligible.length >= Math.max(1, required)) return null;
  const counted = given === undefined ? [] : countedApprovals(given.reviews, { ...given, request, workflow });
  const approvers = counted.map(({ reviewerId }) => reviewerId);
  const available = eligible.filter((id) => !approvers.includes(id)).length;
  return { number, eligible: eligible.length, available, missing: Math.max(1, required - approvers.length) };
}

/** The subjects of warnings. Admins are told once about each, until it is resolved. */
export const projectSubject = (id: string): string => `project:${id}`;
export const requestSubject = (number: number): string => `request:${number}`;
/** A Slack user group that fills roles and no longer exists. */
export const groupSubject = (id: string): string => `group:${id}`;

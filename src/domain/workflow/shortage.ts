import type { MemberId } from "../people/people.ts";
import { reviewEligibility } from "../requests/eligibility.ts";
import { type PromotionRequest, requesters } from "../requests/request.ts";
import type { Workflow } from "./workflow.ts";
import { type Candidate, deadProjects, decidable } from "./workflow-check.ts";

/** A project in which fewer people could review than a request needs. */
export type ProjectShortage = { id: string; name: string } & { available: number; required: number };

/** A pending request that lacks more approvals than there are people who can still give one. */
export type RequestShortage = {
  number: number;
  /** How many people may review it at all. */
  eligible: number;
  available: number;
  missing: number;
};

export type Shortages = { projects: ProjectShortage[]; requests: RequestShortage[] };

/**
 * Where nobody, or too few, can decide: what the admins must be told.
 *
 * @param candidates everybody who holds one of the workflow's roles
 * @param pending the requests that wait for a review now, each with who has approved it so far
 */
export function findShortages(
  workflow: Workflow,
  candidates: readonly Candidate[],
  projects: readonly { id: string; name: string }[],
  pending: readonly { request: PromotionRequest; approverIds: readonly MemberId[] }[],
): Shortages {
  const required = workflow.options.requiredApprovals;
  const dead = workflow.enabled ? deadProjects(workflow, candidates, projects) : [];
  return {
    projects: dead.map((project) => ({ ...project, required })),
    requests: pending.flatMap(({ request, approverIds }) => {
      const short = requestShortage(request, approverIds, candidates, workflow);
      return short === null ? [] : [short];
    }),
  };
}

/**
 * R6, seen from a request that is open already: how many can still approve it and how many approvals it lacks; null
 * where enough can decide it.
 */
export function requestShortage(
  request: PromotionRequest,
  approvers: readonly MemberId[],
  candidates: readonly Candidate[],
  workflow: Workflow,
): RequestShortage | null {
  const { number, approvals, projectId } = request;
  const required = workflow.options.requiredApprovals;
  const asked = { projectId, requesters: requesters(request) };
  const eligible = candidates
    .filter((one) => reviewEligibility(one, asked, workflow).eligible)
    .map(({ id }) => id);
  if (decidable({ approvals, approvers }, eligible, required)) return null;
  const available = eligible.filter((id) => !approvers.includes(id)).length;
  return { number, eligible: eligible.length, available, missing: Math.max(1, required - approvals) };
}

/** What a warning is about; each is told once until it is mended. */
export const projectSubject = (id: string): string => `project:${id}`;
export const requestSubject = (number: number): string => `request:${number}`;
/** A Slack user group that roles follow, and that is gone. */
export const groupSubject = (id: string): string => `group:${id}`;

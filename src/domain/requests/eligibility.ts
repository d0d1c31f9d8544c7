import { holds, type MemberFacts, type MemberId } from "../people/people.ts";
import type { NotRequester, NotReviewer } from "../shared/refusals.ts";
import type { Workflow } from "../workflow/workflow.ts";

/** The answer of an eligibility rule. `why` is the first reason against it. */
export type Eligibility<Why> = { eligible: true } | { eligible: false; why: Why };

/**
 * R4, R5: returns whether this member may review a request in this project and, if not, the first reason.
 *
 * @param request.requesters every member who counts as the requester, including a token's creator (see `requesters`)
 */
export function reviewEligibility(
  member: MemberFacts,
  request: { projectId: string; requesters: readonly MemberId[] },
  workflow: Workflow,
): Eligibility<NotReviewer> {
  if (member.status !== "active") return { eligible: false, why: member.status };
  if (!holds(member, workflow.roleIds, request.projectId)) return { eligible: false, why: "role" };
  if (workflow.assigneeIds.length > 0 && !workflow.assigneeIds.includes(member.id)) {
    return { eligible: false, why: "assignee" };
  }
  if (!workflow.options.selfReview && request.requesters.includes(member.id)) {
    return { eligible: false, why: "self" };
  }
  return { eligible: true };
}

/** Returns the members among these who may review a request (R4, R5), in the same order. */
export function eligibleReviewers<Member extends MemberFacts>(
  candidates: readonly Member[],
  request: { projectId: string; requesters: readonly MemberId[] },
  workflow: Workflow,
): Member[] {
  return candidates.filter((member) => reviewEligibility(member, request, workflow).eligible);
}

/** The requests that a member may review: those of these projects. `own`: including requests of their own. */
export type ReviewScope = { projects: "all" | readonly string[]; own: boolean };

/** R4, R5: returns for many requests at once what `reviewEligibility` decides for one. Without any, `projects` is empty. */
export function reviewScope(member: MemberFacts, workflow: Workflow): ReviewScope {
  const own = workflow.options.selfReview;
  const assigned = workflow.assigneeIds.length === 0 || workflow.assigneeIds.includes(member.id);
  if (member.status !== "active" || !assigned) return { projects: [], own };
  const held = member.holdings.filter(({ roleId }) => workflow.roleIds.includes(roleId));
  const projects = held.flatMap(({ projectId }) => (projectId === null ? [] : [projectId]));
  return { projects: projects.length < held.length ? "all" : [...new Set(projects)], own };
}

/**
 * R14: returns whether this member may request and promote in this project and, if not, the first reason.
 *
 * @param project.requesterRoleIds the project's requester roles; if empty, every active full member may request
 */
export function requestEligibility(
  member: MemberFacts,
  project: { id: string; requesterRoleIds: readonly string[] },
): Eligibility<NotRequester> {
  if (member.status !== "active") return { eligible: false, why: member.status };
  if (project.requesterRoleIds.length > 0 && !holds(member, project.requesterRoleIds, project.id)) {
    return { eligible: false, why: "role" };
  }
  return { eligible: true };
}

import { holds, type MemberFacts, type MemberId } from "../people/people.ts";
import type { NotRequester, NotReviewer } from "../shared/refusals.ts";
import type { Workflow } from "../workflow/workflow.ts";

export type Eligibility<Why> = { eligible: true } | { eligible: false; why: Why };

/**
 * R4, R5: whether this member may review a request in this project, and if not, the first reason.
 *
 * @param requesters the members who count as the request's requester: the one it was made for, and a token's maker
 */
export function reviewEligibility(
  member: MemberFacts,
  request: { projectId: string; requesters: readonly MemberId[] },
  workflow: Workflow,
): Eligibility<NotReviewer> {
  if (member.standing !== "active") return { eligible: false, why: member.standing };
  if (!holds(member, workflow.roleIds, request.projectId)) return { eligible: false, why: "role" };
  if (workflow.assigneeIds.length > 0 && !workflow.assigneeIds.includes(member.id)) {
    return { eligible: false, why: "assignee" };
  }
  if (!workflow.options.selfReview && request.requesters.includes(member.id)) {
    return { eligible: false, why: "self" };
  }
  return { eligible: true };
}

/** Which requests a member may review: in these projects, and whether their own are among them. */
export type ReviewScope = { projects: "all" | readonly string[]; own: boolean };

/** R4, R5: `reviewEligibility` for many requests at once. Somebody who may review nothing has no projects. */
export function reviewScope(member: MemberFacts, workflow: Workflow): ReviewScope {
  const own = workflow.options.selfReview;
  const assigned = workflow.assigneeIds.length === 0 || workflow.assigneeIds.includes(member.id);
  if (member.standing !== "active" || !assigned) return { projects: [], own };
  const held = member.holdings.filter(({ roleId }) => workflow.roleIds.includes(roleId));
  const projects = held.flatMap(({ projectId }) => (projectId === null ? [] : [projectId]));
  return { projects: projects.length < held.length ? "all" : [...new Set(projects)], own };
}

/**
 * R14: whether this member may request and promote in this project.
 *
 * @param requesterRoleIds the project's requester roles; none means every active full member
 */
export function requestEligibility(
  member: MemberFacts,
  project: { id: string; requesterRoleIds: readonly string[] },
): Eligibility<NotRequester> {
  if (member.standing !== "active") return { eligible: false, why: member.standing };
  if (project.requesterRoleIds.length > 0 && !holds(member, project.requesterRoleIds, project.id)) {
    return { eligible: false, why: "role" };
  }
  return { eligible: true };
}

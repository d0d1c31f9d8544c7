import { holds, type MemberFacts, type MemberId } from "./people.ts";
import type { NotRequester, NotReviewer } from "./refusals.ts";
import type { Workflow } from "./workflow.ts";

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

import { holds, type MemberFacts, type MemberId, type Person } from "../people/people.ts";
import { reviewEligibility } from "../requests/eligibility.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { Workflow } from "./workflow.ts";

/** A member as the check needs them. */
export type Candidate = MemberFacts & Person;

/** Who could review in a project, not looking at any one request: nobody is its requester. */
export function reviewersIn(
  workflow: Workflow,
  candidates: readonly Candidate[],
  projectId: string,
): Candidate[] {
  return candidates.filter((one) => reviewEligibility(one, { projectId, requesters: [] }, workflow).eligible);
}

/**
 * R6: whether a workflow may be saved: enabled only with roles, with assignees who are in one of them, and with enough
 * people to decide in every project. A disabled one may be saved as it is.
 *
 * @param candidates everybody who holds one of the roles, and every assignee
 * Refuses `no-roles`, `assignee-not-in-roles`, `dead-workflow`.
 */
export function checkWorkflow(
  workflow: Workflow,
  candidates: readonly Candidate[],
  projects: readonly { id: string; name: string }[],
): Result<null> {
  if (!workflow.enabled) return accept(null);
  if (workflow.roleIds.length === 0) return refuse({ code: "no-roles" });
  const outside = workflow.assigneeIds
    .map(
      (id) =>
        candidates.find((one) => one.id === id) ?? {
          id,
          name: id,
          standing: "stranger" as const,
          holdings: [],
        },
    )
    .filter((one) => !inSomeProject(one, workflow.roleIds, projects));
  if (outside.length > 0) {
    return refuse({ code: "assignee-not-in-roles", people: outside.map(({ id, name }) => ({ id, name })) });
  }
  const required = workflow.options.requiredApprovals;
  const dead = deadProjects(workflow, candidates, projects).map(({ name, available }) => ({
    name,
    available,
  }));
  return dead.length > 0 ? refuse({ code: "dead-workflow", required, projects: dead }) : accept(null);
}

/** The projects in which fewer people than the required approvals could review. */
export function deadProjects(
  workflow: Workflow,
  candidates: readonly Candidate[],
  projects: readonly { id: string; name: string }[],
): { id: string; name: string; available: number }[] {
  return projects
    .map(({ id, name }) => ({ id, name, available: reviewersIn(workflow, candidates, id).length }))
    .filter(({ available }) => available < workflow.options.requiredApprovals);
}

function inSomeProject(
  member: MemberFacts,
  roleIds: readonly string[],
  projects: readonly { id: string }[],
): boolean {
  const organizationWide = member.holdings.some(
    (holding) => holding.projectId === null && roleIds.includes(holding.roleId),
  );
  return organizationWide || projects.some(({ id }) => holds(member, roleIds, id));
}

/**
 * Whether enough people are left to decide a pending request: approvals once given stay counted (R4), and who gave one
 * adds none. With nobody who may review it, nothing can be decided at all.
 *
 * @param request.approvers whose approvals stand
 * @param eligible who may review it now
 */
export function decidable(
  request: { approvals: number; approvers: readonly MemberId[] },
  eligible: readonly MemberId[],
  required: number,
): boolean {
  if (eligible.length === 0) return false;
  const fresh = eligible.filter((id) => !request.approvers.includes(id)).length;
  return request.approvals + fresh >= required;
}

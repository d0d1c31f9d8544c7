import { holds, type MemberFacts, type Person } from "../people/people.ts";
import { eligibleReviewers } from "../requests/eligibility.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { Workflow } from "./workflow.ts";

/** A member who may become a reviewer, with the facts that the rules need. */
export type Candidate = MemberFacts & Person;

/** R4: returns who could review in a project, independent of a request: nobody counts as the requester. */
export function reviewersIn(
  workflow: Workflow,
  candidates: readonly Candidate[],
  projectId: string,
): Candidate[] {
  return eligibleReviewers(candidates, { projectId, requesters: [] }, workflow);
}

/**
 * R6: checks whether a workflow may be saved. An enabled workflow needs roles, assignees who each hold one of them, and
 * enough reviewers in every project. A disabled workflow is not checked.
 *
 * @param candidates everyone who holds one of the roles, and every assignee
 * Refuses `no-roles`, `assignee-not-in-roles`, `dead-workflow`.
 */
export function checkWorkflow(
  workflow: Workflow,
  candidates: readonly Candidate[],
  projects: readonly { id: string; name: string }[],
): Result<null> {
  if (!workflow.enabled) return accept(null);
  if (workflow.roleIds.length === 0) return refuse({ code: "no-roles" });
  const notInRoles = workflow.assigneeIds
    .map(
      (id) =>
        candidates.find((candidate) => candidate.id === id) ?? {
          id,
          name: id,
          status: "stranger" as const,
          holdings: [],
        },
    )
    .filter((assignee) => !inSomeProject(assignee, workflow.roleIds, projects));
  if (notInRoles.length > 0) {
    return refuse({
      code: "assignee-not-in-roles",
      people: notInRoles.map(({ id, name }) => ({ id, name })),
    });
  }
  const required = workflow.options.requiredApprovals;
  const dead = deadProjects(workflow, candidates, projects).map(({ name, available }) => ({
    name,
    available,
  }));
  return dead.length > 0 ? refuse({ code: "dead-workflow", required, projects: dead }) : accept(null);
}

/** R6: returns the projects with fewer possible reviewers than required approvals. */
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

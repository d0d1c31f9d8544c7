import type { MemberFacts, MemberId } from "../../src/domain/people/people.ts";
import { reviewEligibility } from "../../src/domain/requests/eligibility.ts";
import type { Workflow } from "../../src/domain/workflow/workflow.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { findMany, holders, type Member } from "../people/members.ts";

/** R4, R5: everyone who may review such a request now, by name. */
export async function listEligible(
  db: Db | Tx,
  organizationId: string,
  request: { projectId: string; requesters: readonly MemberId[] },
  workflow: Workflow,
): Promise<(Member & MemberFacts)[]> {
  const people = await holders(db, organizationId, workflow.roleIds);
  return people.filter((member) => reviewEligibility(member, request, workflow).eligible);
}

/** R6: everybody whom the check of a workflow asks about: holders of its roles, and assignees who hold none of them. */
export async function candidates(
  db: Db | Tx,
  organizationId: string,
  workflow: Workflow,
): Promise<(Member & MemberFacts)[]> {
  const inRoles = await holders(db, organizationId, workflow.roleIds);
  const known = new Set(inRoles.map((member) => member.id));
  const others = workflow.assigneeIds.filter((id) => !known.has(id));
  const people = await findMany(db, organizationId, others);
  return [...inRoles, ...[...people.values()].map((member) => ({ ...member, holdings: [] }))];
}

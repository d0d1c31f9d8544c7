import { reviewEligibility } from "../src/domain/eligibility.ts";
import type { MemberFacts, MemberId } from "../src/domain/people.ts";
import type { Workflow } from "../src/domain/workflow.ts";
import type { Db, Tx } from "./connect.ts";
import { holders, type Member } from "./members.ts";

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

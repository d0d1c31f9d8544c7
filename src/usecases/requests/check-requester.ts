import type { Project } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberFacts } from "../../domain/people/people.ts";
import { requestEligibility } from "../../domain/requests/eligibility.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";

/**
 * R14: checks that this actor may request and promote in a project. Returns what is known of the member who acts.
 *
 * Refuses `not-found` (the member), `not-requester`.
 */
export async function checkRequester(
  tx: Tx,
  organizationId: string,
  actor: Actor,
  project: Project,
): Promise<Result<MemberFacts>> {
  const memberId = actingMember(actor);
  const facts = memberId === null ? undefined : await members.findFacts(tx, organizationId, memberId);
  if (facts === undefined) return refuse({ code: "not-found", what: "member" });
  const eligibility = requestEligibility(facts, project);
  if (eligibility.eligible) return accept(facts);
  const names = await roles.names(tx, organizationId, project.requesterRoleIds);
  return refuse({ code: "not-requester", why: eligibility.why, roles: names });
}

import type { Project } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberFacts } from "../../domain/people/people.ts";
import { requestEligibility } from "../../domain/requests/eligibility.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";

/** R14: whether this actor may request and promote in a project now. Refuses `not-requester`, `not-found`. */
export async function checkRequester(
  tx: Tx,
  organizationId: string,
  actor: Actor,
  project: Project,
): Promise<Result<MemberFacts>> {
  const id = actingMember(actor);
  const facts = id === null ? undefined : await members.findFacts(tx, organizationId, id);
  if (facts === undefined) return refuse({ code: "not-found", what: "member" });
  const eligibility = requestEligibility(facts, project);
  if (eligibility.eligible) return accept(facts);
  const names = await roles.names(tx, organizationId, project.requesterRoleIds);
  return refuse({ code: "not-requester", why: eligibility.why, roles: names });
}

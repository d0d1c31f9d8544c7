import type { Project } from "../../db/catalog.ts";
import type { Tx } from "../../db/connect.ts";
import * as members from "../../db/members.ts";
import * as roles from "../../db/roles.ts";
import { type Actor, actingMember } from "../domain/actor.ts";
import { requestEligibility } from "../domain/eligibility.ts";
import type { MemberFacts } from "../domain/people.ts";
import { accept, type Result, refuse } from "../domain/result.ts";

/** R14: whether this actor may request and promote in a project now. Refuses `not-requester`, `not-found`. */
export async function checkRequester(
  tx: Tx,
  organizationId: string,
  actor: Actor,
  project: Project,
): Promise<Result<MemberFacts & { admin: boolean }>> {
  const id = actingMember(actor);
  const facts = id === null ? undefined : await members.facts(tx, organizationId, id);
  if (facts === undefined) return refuse({ code: "not-found", what: "member" });
  const eligibility = requestEligibility(facts, project);
  if (eligibility.eligible) return accept(facts);
  const names = await roles.names(tx, organizationId, project.requesterRoleIds);
  return refuse({ code: "not-requester", why: eligibility.why, roles: names });
}

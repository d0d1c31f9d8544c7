import type { Project } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import { findTokenMember } from "../../../db/tokens/token-members.ts";
import type { MemberFacts, MemberId, Person } from "../../domain/people/people.ts";
import { requestEligibility } from "../../domain/requests/eligibility.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";

/**
 * R14: checks that this actor may request and promote in a project. If a token names another member, its own member must
 * be allowed to do so, too: otherwise whoever holds its secret could request in anyone's name. Returns what is known of
 * the member who acts.
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
  if (memberId === null) return refuse({ code: "not-found", what: "member" });
  const requester = await checkMember(tx, organizationId, memberId, project);
  if (!requester.ok || actor.kind !== "token") return requester;
  const holder = await findHolder(tx, organizationId, actor);
  if (holder.id === memberId) return requester;
  const allowed = await checkMember(tx, organizationId, holder.id, project, holder);
  return allowed.ok ? requester : allowed;
}

/** Returns the token's own member. One that is not stored is its maker's. */
async function findHolder(tx: Tx, organizationId: string, { tokenId, makerId }: TokenActor): Promise<Person> {
  const stored = await findTokenMember(tx, organizationId, tokenId);
  return stored ?? { id: makerId, name: (await members.find(tx, organizationId, makerId))?.name ?? makerId };
}

type TokenActor = Extract<Actor, { kind: "token" }>;

/** @param tokenMember the member, if they are checked because the token is theirs */
async function checkMember(
  tx: Tx,
  organizationId: string,
  memberId: MemberId,
  project: Project,
  tokenMember?: Person,
): Promise<Result<MemberFacts>> {
  const facts = await members.findFacts(tx, organizationId, memberId);
  if (facts === undefined) return refuse({ code: "not-found", what: "member" });
  const eligibility = requestEligibility(facts, project);
  if (eligibility.eligible) return accept(facts);
  const names = await roles.names(tx, organizationId, project.requesterRoleIds);
  const { why } = eligibility;
  return refuse({ code: "not-requester", why, roles: names, ...(tokenMember && { tokenMember }) });
}

import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";

/** Checks that this actor is an admin; the system always passes. Refuses `not-admin`, with the admins to ask. */
export async function checkAdmin(tx: Tx, organizationId: string, actor: Actor): Promise<Result<null>> {
  if (actor.kind === "system") return accept(null);
  const memberId = actingMember(actor);
  const facts = memberId === null ? undefined : await members.findFacts(tx, organizationId, memberId);
  if (facts !== undefined && isAdmin(facts)) return accept(null);
  const admins = await members.listAdmins(tx, organizationId);
  return refuse({ code: "not-admin", admins: admins.map(({ id, name }) => ({ id, name })) });
}

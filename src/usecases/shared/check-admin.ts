import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";

/** Whether this actor runs Signoff. The system may do what an admin may. Refuses `not-admin`. */
export async function checkAdmin(tx: Tx, organizationId: string, actor: Actor): Promise<Result<null>> {
  if (actor.kind === "system") return accept(null);
  const id = actingMember(actor);
  const facts = id === null ? undefined : await members.findFacts(tx, organizationId, id);
  if (facts !== undefined && isAdmin(facts)) return accept(null);
  const admins = (await members.listAdminCandidates(tx, organizationId)).filter(isAdmin);
  return refuse({ code: "not-admin", admins: admins.map(({ id, name }) => ({ id, name })) });
}

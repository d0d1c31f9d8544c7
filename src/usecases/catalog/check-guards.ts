import { z } from "zod";
import { findLastAfter } from "../../../db/audit/settings-history.ts";
import type { KnownProject } from "../../../db/catalog/projects.ts";
import { listRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import type { LoweredGuard } from "../../domain/catalog/guards.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { projectSubject } from "./project-snapshot.ts";

/** R1: refuses `guard-lowered`, with the admins who can make the change, if there are guards that it would lower. */
export async function checkGuards(
  tx: Tx,
  organizationId: string,
  guards: readonly LoweredGuard[],
): Promise<Result<null>> {
  if (guards.length === 0) return accept(null);
  const admins = await members.listAdmins(tx, organizationId);
  return refuse({ code: "guard-lowered", guards, admins: admins.map(({ id, name }) => ({ id, name })) });
}

const archivedProject = z.object({
  requesterRoles: z.array(z.object({ id: z.string(), name: z.string() })),
});

/**
 * R14: returns the requester roles that guard a project. Those of an archived project are the ones that it had when it was
 * archived, even if one of them was deleted since then: that must not open the project to everyone.
 */
export async function readRequesterGuard(
  tx: Tx,
  { organizationId, id, archived }: KnownProject,
): Promise<{ id: string; name: string }[]> {
  const stored = await listRequesterRoles(tx, organizationId, id);
  if (!archived) return stored;
  const after = await findLastAfter(tx, organizationId, projectSubject(id), "project.archived");
  return archivedProject.safeParse(after).data?.requesterRoles ?? stored;
}

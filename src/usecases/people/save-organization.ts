import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import * as organizations from "../../../db/people/organizations.ts";
import * as roles from "../../../db/people/roles.ts";
import { system } from "../../domain/shared/actor.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { type Context, transact } from "../shared/context.ts";

/** Stores an organization with its name from Slack, and creates its `Admin` role if it is missing. */
export async function saveOrganization(
  context: Context,
  organization: organizations.Organization,
): Promise<void> {
  const { id: organizationId } = organization;
  await transact(context, async (tx, now) => {
    await organizations.save(tx, { ...organization, name: cleanName(organization.name) || organizationId });
    await roles.lockRoleNames(tx, organizationId);
    const existing = await roles.list(tx, organizationId);
    if (!existing.some((role) => role.admin)) {
      const role = { organizationId, id: randomUUID(), name: "Admin", admin: true };
      await roles.add(tx, role);
      await audit.append(tx, [
        {
          organizationId,
          at: now,
          actor: system("installed"),
          surface: "seed",
          action: "role.created",
          subject: `role:${role.id}`,
          before: null,
          after: { name: role.name, admin: true },
        },
      ]);
    }
  });
}

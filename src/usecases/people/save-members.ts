import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { type Surface, system } from "../../domain/shared/actor.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { followItems } from "../shared/record-setting.ts";

export type SavedMember = Omit<members.Member, "refreshedAt" | "workspaceRole"> &
  Partial<Pick<members.Member, "workspaceRole">>;

/** Where it was heard, and when Slack was asked: what is known from later on stays. */
export type Heard = { surface: Surface; asOf: Date };

/**
 * Stores people as Slack described them. A change of somebody's standing, or of somebody who holds a role, is an
 * assignee or runs the workspace, is followed by open requests and Homes (R4); who may act is audited (R12).
 */
export async function saveMembers(
  context: Context,
  people: readonly SavedMember[],
  { surface = "slack", asOf }: Partial<Heard> = {},
): Promise<void> {
  await transact(context, async (tx, now) => {
    for (const organizationId of new Set(people.map((person) => person.organizationId))) {
      const here = people.filter((person) => person.organizationId === organizationId);
      await storeMembers(tx, organizationId, here, { surface, asOf: asOf ?? now });
    }
  });
}

/** The same inside a transaction, for people of one organization. */
export async function storeMembers(
  tx: Tx,
  organizationId: string,
  people: readonly SavedMember[],
  { surface, asOf }: Heard,
): Promise<void> {
  const ids = people.map((person) => person.id);
  const known = await members.lockMany(tx, organizationId, ids);
  const heard = [...new Map(people.map((person) => [person.id, person])).values()]
    .map((person) => ({ workspaceRole: null, ...person, refreshedAt: asOf }))
    .filter(({ id }) => (known.get(id)?.refreshedAt.getTime() ?? 0) <= asOf.getTime())
    // In one order, so that two who save the same people wait for each other.
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  await members.save(tx, heard);
  const changes = heard.flatMap((after): Change[] => {
    const before = known.get(after.id) ?? null;
    return differ(before, after) ? [{ before, after }] : [];
  });
  await audit.append(tx, standingChanges(organizationId, changes, { surface, asOf }));
  if (await areFollowed(tx, organizationId, changes)) {
    await reopenItems(tx, followItems(organizationId));
  }
}

type Change = { before: members.Member | null; after: members.Member };

function differ(before: members.Member | null, after: members.Member): boolean {
  const fields = ["name", "email", "timeZone", "status", "workspaceRole"] as const;
  return before === null || fields.some((field) => before[field] !== after[field]);
}

/** R12: who may act changed. Somebody whom we meet for the first time is no change. */
function standingChanges(
  organizationId: string,
  changes: readonly Change[],
  { surface, asOf }: Heard,
): audit.AuditEntry[] {
  const shown = ({ status, workspaceRole }: members.Member) => ({ standing: status, workspaceRole });
  return changes.flatMap(({ before, after }) => {
    if (before === null) return [];
    if (before.status === after.status && before.workspaceRole === after.workspaceRole) return [];
    const done = { action: "member.changed", subject: `member:${after.id}` };
    const actor = system("Slack says so");
    return [
      { organizationId, at: asOf, actor, surface, ...done, before: shown(before), after: shown(after) },
    ];
  });
}

/** Whether a rule or a screen looks at these people: their standing, or them as reviewers or admins. */
async function areFollowed(tx: Tx, organizationId: string, changes: readonly Change[]): Promise<boolean> {
  if (changes.length === 0) return false;
  if (changes.some(({ before, after }) => before !== null && before.status !== after.status)) return true;
  if (changes.some(({ before, after }) => before?.workspaceRole || after.workspaceRole)) return true;
  const ids = changes.map(({ after }) => after.id);
  if (await roles.anyHolder(tx, organizationId, ids)) return true;
  const { assigneeIds } = await workflows.current(tx, organizationId);
  return ids.some((id) => assigneeIds.includes(id));
}

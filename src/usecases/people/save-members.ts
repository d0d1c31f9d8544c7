import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { type Surface, system } from "../../domain/shared/actor.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { followItems } from "../shared/record-setting.ts";
import { claimedAddresses, moveAddresses } from "./moved-addresses.ts";
import { groupItem, movedItem } from "./refresh-items.ts";

export type SavedMember = Omit<members.Member, "refreshedAt" | "workspaceRole"> &
  Partial<Pick<members.Member, "workspaceRole">>;

/**
 * A read of people from Slack: through which surface, and when. It does not overwrite what was read later.
 *
 * `because`: a single person was read again, because Slack reported a change (`event`), or because somebody else now has
 * their address (`moved`).
 */
export type SlackRead = { surface: Surface; asOf: Date; because?: "event" | "moved" };

/**
 * Stores people as Slack describes them. Records changes of their status (R12), and plans the update of open requests and
 * Homes (R4) if somebody's status changed, or anything about a role holder, an assignee, or a workspace admin. Takes an
 * address from whoever had it before. Plans to read the bound user groups again if somebody became a full member.
 */
export async function saveMembers(
  context: Context,
  people: readonly SavedMember[],
  { surface = "slack", asOf, ...read }: Partial<SlackRead> = {},
): Promise<void> {
  await transact(context, async (tx, now) => {
    for (const organizationId of new Set(people.map((person) => person.organizationId))) {
      const inOrganization = people.filter((person) => person.organizationId === organizationId);
      await storeMembers(tx, organizationId, inOrganization, { surface, asOf: asOf ?? now, ...read });
    }
  });
}

/** Does the work of `saveMembers` inside a transaction, for people of one organization. */
export async function storeMembers(
  tx: Tx,
  organizationId: string,
  people: readonly SavedMember[],
  read: SlackRead,
): Promise<void> {
  const { asOf } = read;
  const earlierHolders = await members.listAddressHolders(tx, organizationId, claimedAddresses(people));
  const ids = [...people.map((person) => person.id), ...earlierHolders];
  const stored = await members.lockMany(tx, organizationId, ids);
  const described = [...new Map(people.map((person) => [person.id, person])).values()]
    .map((person) => ({ workspaceRole: null, ...person, name: shownName(person), refreshedAt: asOf }))
    .filter(({ id }) => (stored.get(id)?.refreshedAt.getTime() ?? 0) <= asOf.getTime());
  const { current, outdated, lost } = moveAddresses(described, [...stored.values()]);
  // The same order everywhere prevents deadlocks between saves of the same people.
  const saved = [...current, ...outdated].sort((a, b) => (a.id < b.id ? -1 : 1));
  await members.save(tx, saved);
  const changes = saved.flatMap((after): Change[] => {
    const before = stored.get(after.id) ?? null;
    return differ(before, after) ? [{ before, after }] : [];
  });
  await audit.append(tx, statusEntries(organizationId, changes, read));
  if (await affectsOthers(tx, organizationId, changes)) {
    await reopenItems(tx, followItems(organizationId));
  }
  await readAgain(tx, organizationId, { lost, changes, because: read.because });
}

/** Plans to read the people who lost an address, and the groups that may give roles to new full members. */
async function readAgain(
  tx: Tx,
  organizationId: string,
  { lost, changes, because }: { lost: MemberId[]; changes: Change[]; because: SlackRead["because"] },
): Promise<void> {
  // A person who is read for this reason starts no further reads: if Slack gave an address to two, they would never end.
  const refreshes = because === "moved" ? [] : lost.map((id) => movedItem(organizationId, id));
  const becameFull = changes.some(
    ({ before, after }) =>
      after.status === "active" && (before === null ? because === "event" : before.status !== "active"),
  );
  const bound = becameFull ? await roles.listBound(tx, organizationId) : [];
  const groupIds = new Set(bound.flatMap(({ groupId }) => groupId ?? []));
  await reopenItems(tx, [
    ...refreshes,
    ...[...groupIds].map((groupId) => groupItem(organizationId, groupId)),
  ]);
}

/** A name from Slack is never refused. One of which nothing shows becomes the person's id. */
const shownName = ({ name, id }: SavedMember): string => cleanName(name) || id;

type Change = { before: members.Member | null; after: members.Member };

function differ(before: members.Member | null, after: members.Member): boolean {
  const fields = ["name", "email", "timeZone", "status", "workspaceRole"] as const;
  return before === null || fields.some((field) => before[field] !== after[field]);
}

/** R12: returns the audit entries of people whose status changed. People who are stored for the first time have none. */
function statusEntries(
  organizationId: string,
  changes: readonly Change[],
  { surface, asOf }: SlackRead,
): audit.AuditEntry[] {
  const facts = ({ status, workspaceRole }: members.Member) => ({ standing: status, workspaceRole });
  return changes.flatMap(({ before, after }) => {
    if (before === null) return [];
    if (before.status === after.status && before.workspaceRole === after.workspaceRole) return [];
    const change = { action: "member.changed", subject: `member:${after.id}` };
    const actor = system("Slack says so");
    return [
      { organizationId, at: asOf, actor, surface, ...change, before: facts(before), after: facts(after) },
    ];
  });
}

/** Returns whether a rule or a screen depends on one of these changes. */
async function affectsOthers(tx: Tx, organizationId: string, changes: readonly Change[]): Promise<boolean> {
  if (changes.length === 0) return false;
  if (changes.some(({ before, after }) => before !== null && before.status !== after.status)) return true;
  if (changes.some(({ before, after }) => before?.workspaceRole || after.workspaceRole)) return true;
  const ids = changes.map(({ after }) => after.id);
  if (await roles.anyHolder(tx, organizationId, ids)) return true;
  const { assigneeIds } = await workflows.current(tx, organizationId);
  return ids.some((id) => assigneeIds.includes(id));
}

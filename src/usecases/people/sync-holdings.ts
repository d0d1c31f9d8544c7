import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import { toldSubject, unreadSubject } from "../../domain/delivery/outages.ts";
import type { Holding, MemberId } from "../../domain/people/people.ts";
import { type Surface, system } from "../../domain/shared/actor.ts";
import { groupSubject } from "../../domain/workflow/shortage.ts";
import { type Context, transact } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type SyncHoldings = {
  organizationId: string;
  groupId: string;
  /** Everybody in the group, according to Slack. Only the active full members among them hold the role. */
  memberIds: readonly MemberId[];
  /** Who held the roles before the group was read, as `fingerprintHoldings` returned it. */
  heldBefore: string;
  surface: Surface;
  /** Whether Slack failed to describe some of them, so that the group is read again. */
  incomplete?: boolean;
};

/**
 * Sets the holders of every role that is bound to a Slack user group to the group's members, in the role's projects.
 *
 * @returns false, and changes nothing, if the holders changed since the group was read: that change may be newer
 */
export async function syncHoldings(context: Context, input: SyncHoldings): Promise<boolean> {
  const { organizationId, groupId, memberIds } = input;
  return transact(context, async (tx, now) => {
    const bound = await roles.listBound(tx, organizationId, groupId);
    const locked = [];
    for (const { id } of bound) locked.push(await roles.lock(tx, organizationId, id));
    const heldNow = await roles.fingerprintHoldings(tx, organizationId, groupId);
    if (heldNow !== input.heldBefore) return false;
    const unread = input.incomplete ? [] : [unreadSubject(groupId)];
    await warnings.remove(tx, organizationId, [groupSubject(groupId), ...unread, ...unread.map(toldSubject)]);
    const people = await members.findMany(tx, organizationId, memberIds);
    const active = [...people.values()].filter((member) => member.status === "active").map(({ id }) => id);
    for (const role of locked) {
      if (role?.groupId === groupId) await syncRole(tx, role, active, input.surface, now);
    }
    return true;
  });
}

type Held = { memberId: MemberId; projectId: Holding["projectId"] };

async function syncRole(
  tx: Tx,
  role: roles.Role,
  active: readonly MemberId[],
  surface: Surface,
  at: Date,
): Promise<void> {
  const { organizationId, id, name, groupId } = role;
  const before = await roles.holdingsOf(tx, organizationId, id);
  const scope = role.groupProjectIds ?? [null];
  const wanted = active.flatMap((memberId) => scope.map((projectId): Held => ({ memberId, projectId })));
  if (sameHoldings(before, wanted)) return;
  await roles.setHoldings(tx, role, wanted);
  const after = await roles.holdingsOf(tx, organizationId, id);
  await recordSetting(tx, {
    ...{ organizationId, actor: system("follows its Slack user group"), surface, at },
    ...{ action: "role.synced", subject: `role:${id}` },
    before: { name, groupId, holdings: before },
    after: { name, groupId, holdings: after },
  });
}

function sameHoldings(one: readonly Held[], other: readonly Held[]): boolean {
  const keys = (list: readonly Held[]) =>
    list.map(({ memberId, projectId }) => `${memberId} ${projectId}`).sort();
  return keys(one).join() === keys(other).join();
}

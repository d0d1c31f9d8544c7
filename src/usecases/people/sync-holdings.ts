import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { Holding, MemberId } from "../../domain/people/people.ts";
import { type Surface, system } from "../../domain/shared/actor.ts";
import { groupSubject } from "../../domain/workflow/shortage.ts";
import { type Context, transact } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type SyncHoldings = {
  organizationId: string;
  groupId: string;
  /** Everybody in the group, as Slack says. Only the active full members among them hold the role. */
  memberIds: readonly MemberId[];
  /** Who held the roles before Slack was asked. */
  heldBefore: string;
  surface: Surface;
};

/**
 * Brings every role that is bound to a Slack user group to the group's members, in the projects chosen for it.
 *
 * @returns false where somebody wrote who holds them since Slack was asked, which may have known more: nothing is changed
 */
export async function syncHoldings(context: Context, input: SyncHoldings): Promise<boolean> {
  const { organizationId, groupId, memberIds } = input;
  return transact(context, async (tx, now) => {
    const bound = await roles.listBound(tx, organizationId, groupId);
    const locked = [];
    for (const { id } of bound) locked.push(await roles.lock(tx, organizationId, id));
    const current = (await roles.fingerprintHoldings(tx, organizationId, groupId)) === input.heldBefore;
    if (!current) return false;
    await warnings.remove(tx, organizationId, [groupSubject(groupId)]);
    const known = await members.findMany(tx, organizationId, memberIds);
    const active = [...known.values()].filter((member) => member.status === "active").map(({ id }) => id);
    for (const role of locked) {
      if (role?.groupId === groupId) await sync(tx, role, active, input.surface, now);
    }
    return true;
  });
}

type Held = { memberId: MemberId; projectId: Holding["projectId"] };

async function sync(
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
  if (same(before, wanted)) return;
  await roles.setHoldings(tx, role, wanted);
  const after = await roles.holdingsOf(tx, organizationId, id);
  await recordSetting(tx, {
    ...{ organizationId, actor: system("follows its Slack user group"), surface, at },
    ...{ action: "role.synced", subject: `role:${id}` },
    before: { name, groupId, holdings: before },
    after: { name, groupId, holdings: after },
  });
}

function same(one: readonly Held[], other: readonly Held[]): boolean {
  const keys = (list: readonly Held[]) =>
    list.map(({ memberId, projectId }) => `${memberId} ${projectId}`).sort();
  return keys(one).join() === keys(other).join();
}

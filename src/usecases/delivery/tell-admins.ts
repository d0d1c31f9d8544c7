import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as outbox from "../../../db/delivery/outbox.ts";
import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { accept } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";

/**
 * What `send-admin-message` and `send-admin-email` items carry: what is amiss; its words are those of the moment at
 * which it is sent. `keys` are those of the same warning to every admin.
 */
export type AdminMessageItem = { recipientId: MemberId; subjects: string[]; keys: string[] };

/** What `check-warning` items carry. */
export type CheckWarning = Pick<AdminMessageItem, "subjects" | "keys">;

/** One Slack message to each admin for all of it; under `warnings.lock`. With nobody to tell it stays untold. */
export async function tellAdmins(
  tx: Tx,
  organizationId: string,
  subjects: string[],
  now: Date,
): Promise<void> {
  const admins = await members.listAdmins(tx, organizationId);
  await tell(tx, { organizationId, subjects, now, kind: "send-admin-message" }, admins);
}

/** The same by email, for when Slack does not take it: to each admin who has an address. */
export async function tellAdminsByEmail(
  tx: Tx,
  organizationId: string,
  subjects: string[],
  now: Date,
): Promise<void> {
  const admins = await members.listAdmins(tx, organizationId);
  const reachable = admins.filter(({ email }) => email !== null);
  await tell(tx, { organizationId, subjects, now, kind: "send-admin-email" }, reachable);
}

type Warning = {
  organizationId: string;
  subjects: string[];
  now: Date;
  kind: "send-admin-message" | "send-admin-email";
};

async function tell(
  tx: Tx,
  { organizationId, subjects, now, kind }: Warning,
  to: readonly { id: MemberId }[],
): Promise<void> {
  if (subjects.length === 0 || to.length === 0) return;
  await warnings.add(tx, organizationId, subjects, now);
  const warning = randomUUID();
  const keyOf = (id: MemberId) => `warning:${warning}:${id}`;
  const keys = to.map(({ id }) => keyOf(id));
  await outbox.add(
    tx,
    to.map(({ id }) => {
      const payload: AdminMessageItem = { recipientId: id, subjects, keys };
      return { organizationId, kind, key: keyOf(id), payload };
    }),
  );
}

/** An admin will not get a warning: when it is clear that none got it, it counts as untold. */
export async function reportUntold(
  context: Context,
  organizationId: string,
  { subjects, keys = [] }: AdminMessageItem,
): Promise<void> {
  const [first] = keys;
  if (first === undefined) return;
  const payload: CheckWarning = { subjects, keys };
  await commit(context, async (tx) => {
    await outbox.add(tx, [{ organizationId, kind: "check-warning", key: `${first}:check`, payload }]);
    return accept(null);
  });
}

/**
 * Forgets a warning that no admin got, so that the next look tells them again.
 *
 * @returns whether it is still being sent to one of them, so that it must be looked at again
 */
export async function checkWarning(
  context: Context,
  organizationId: string,
  { subjects, keys }: CheckWarning,
): Promise<{ sending: boolean }> {
  let sending = false;
  await commit(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    const outcomes = await outboxWaiting.outcomesOf(tx, organizationId, keys);
    if (outcomes.includes("done")) return accept(null);
    sending = outcomes.includes(null);
    if (!sending) await warnings.remove(tx, organizationId, subjects);
    return accept(null);
  });
  return { sending };
}

import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as members from "../../../db/people/members.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { accept } from "../../domain/shared/result.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Payload, warningKey } from "../../outbox/items.ts";
import { type Context, commit } from "../shared/context.ts";

/** One Slack message to each admin for all of it; under `warnings.lock`. With nobody to tell it stays untold. */
export async function tellAdmins(
  tx: Tx,
  organizationId: string,
  subjects: string[],
  now: Date,
): Promise<void> {
  const admins = (await members.listAdminCandidates(tx, organizationId)).filter(isAdmin);
  await tell(tx, { organizationId, subjects, now, kind: "send-admin-message" }, admins);
}

/** The same by email, for when Slack does not take it: to each admin who has an address. */
export async function tellAdminsByEmail(
  tx: Tx,
  organizationId: string,
  subjects: string[],
  now: Date,
): Promise<void> {
  const admins = (await members.listAdminCandidates(tx, organizationId)).filter(isAdmin);
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
  const warningId = randomUUID();
  const keys = to.map(({ id }) => warningKey(warningId, id));
  await addItems(
    tx,
    to.map(({ id }) => {
      const payload = { recipientId: id, subjects, keys };
      return { organizationId, kind, payload, keyFacts: { warningId } };
    }),
  );
}

/** An admin will not get a warning: when it is clear that none got it, it counts as untold. */
export async function reportUntold(
  context: Context,
  organizationId: string,
  { subjects, keys }: Payload<"send-admin-message" | "send-admin-email">,
): Promise<void> {
  if (keys.length === 0) return;
  await commit(context, async (tx) => {
    await addItems(tx, [{ organizationId, kind: "check-warning", payload: { subjects, keys } }]);
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
  { subjects, keys }: Payload<"check-warning">,
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

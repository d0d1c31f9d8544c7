import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Payload, warningKey } from "../../outbox/items.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * Sends each admin one Slack message about these subjects. If there are no admins, the subjects stay unreported.
 *
 * The caller holds `warnings.lock`.
 */
export async function tellAdmins(
  tx: Tx,
  organizationId: string,
  subjects: string[],
  now: Date,
): Promise<void> {
  const admins = await members.listAdmins(tx, organizationId);
  await tell(tx, { organizationId, subjects, now, kind: "send-admin-message" }, admins);
}

/** As `tellAdmins`, but by email, while Slack rejects Signoff. Admins without an address are left out. */
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

/** Reports that an admin will not get a warning or a digest. If no admin gets it, it will be sent again. */
export async function reportUntold(
  context: Context,
  organizationId: string,
  untold: Payload<"send-admin-message" | "send-admin-email">,
): Promise<void> {
  const { keys } = untold;
  // An offer that was not delivered shows under API Tokens, and can be made again.
  if (keys.length === 0 || "offer" in untold) return;
  const payload =
    "digest" in untold
      ? { digest: "check" as const, keys, afterId: untold.afterId, throughId: untold.throughId }
      : { subjects: untold.subjects, keys };
  await transact(context, async (tx) => {
    await addItems(tx, [{ organizationId, kind: "check-warning", payload }]);
  });
}

/**
 * Forgets a warning that no admin got, so that the next check of `warnAdmins` sends it again.
 *
 * @returns whether it is still being sent to one of them, so that this must run again
 */
export async function checkWarning(
  context: Context,
  organizationId: string,
  { subjects, keys }: Extract<Payload<"check-warning">, { subjects: string[] }>,
): Promise<{ sending: boolean }> {
  return transact(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    const outcomes = await outboxWaiting.outcomesOf(tx, organizationId, keys);
    if (outcomes.includes("done")) return { sending: false };
    const sending = outcomes.includes(null);
    if (!sending) await warnings.remove(tx, organizationId, subjects);
    return { sending };
  });
}

import type { Tx } from "../../../db/connection/connect.ts";
import { announceChange } from "../../../db/delivery/digests.ts";
import { digestWaitMs } from "../../domain/delivery/digest.ts";
import { reopenItems } from "../../outbox/add-items.ts";

/**
 * Plans to tell the admins about a change of a setting that a token, a file, or the command line makes. Changes that
 * follow within minutes share one message. Call it before the change is appended to the audit log.
 */
export async function planDigest(tx: Tx, organizationId: string, now: Date): Promise<void> {
  const { sentAt } = await announceChange(tx, organizationId);
  const afterMs = digestWaitMs(sentAt, now);
  await reopenItems(tx, [{ organizationId, kind: "check-warning", payload: { digest: "plan" }, afterMs }]);
}

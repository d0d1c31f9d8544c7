import * as members from "../../../db/people/members.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * Has each admin told once what is stored and would be refused by this version. Called at each start: an admin who was told
 * is not told again. Sends nothing where nothing is to be said.
 */
export async function tellOfUpgrade(context: Context, organizationId: string): Promise<void> {
  await transact(context, async (tx) => {
    const admins = await members.listAdmins(tx, organizationId);
    await addItems(
      tx,
      admins.map(({ id: recipientId }) => ({
        organizationId,
        kind: "send-upgrade-notice" as const,
        payload: { recipientId, about: "tokens" as const },
      })),
    );
  });
}

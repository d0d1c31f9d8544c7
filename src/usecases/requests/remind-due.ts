import * as reminders from "../../../db/requests/reminders.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { reminderLeadMs } from "../../domain/requests/reminder.ts";
import { system } from "../../domain/shared/actor.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * R11: the scheduled job. Has everyone reminded of what runs out soon by the options of this moment: one item a
 * request's state, at most so many requests at once. It changes no request: its key is what makes it happen once.
 *
 * @returns how many it added; as many as the limit: there may be more
 */
export async function remindDue(context: Context, organizationId: string, limit = 500): Promise<number> {
  return transact(context, async (tx, now) => {
    const { options } = await workflows.current(tx, organizationId);
    const until = (state: "pending" | "approved") => new Date(now.getTime() + reminderLeadMs(state, options));
    const window = { now, pendingUntil: until("pending"), unfinishedUntil: until("approved") };
    const due = await reminders.listDue(tx, organizationId, window, limit);
    const by = system("its time runs out soon");
    await addItems(
      tx,
      due.map(({ number, version, state, expiresAt }) => {
        const reminder = { state, expiresAt };
        const payload = { number, version, event: "reminder" as const, by, reminder };
        return { organizationId, kind: "request-changed", payload, priority: 1 };
      }),
    );
    return due.length;
  });
}

import * as reminders from "../../../db/requests/reminders.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { reminderLeadMs } from "../../domain/requests/reminder.ts";
import { system } from "../../domain/shared/actor.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * R11: the scheduled job. Plans the reminders of requests that expire soon, by the current options. Changes no request:
 * the key of the outbox item makes sure that each state of a request is reminded of once.
 *
 * @param limit the most reminders to plan in one run
 * @returns how many it planned; if that equals the limit, there may be more
 */
export async function remindDue(context: Context, organizationId: string, limit = 500): Promise<number> {
  return transact(context, async (tx, now) => {
    const { options } = await workflows.current(tx, organizationId);
    const expiresBy = (state: "pending" | "approved") =>
      new Date(now.getTime() + reminderLeadMs(state, options));
    const window = { now, pendingUntil: expiresBy("pending"), unfinishedUntil: expiresBy("approved") };
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

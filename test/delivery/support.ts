import { expect } from "vitest";
import { startTimedStack, type TimedStack } from "../requests/time/support.ts";
import { type MailProxy, mailProxy } from "../support/mail-proxy.ts";
import { eventually, type TestStackOptions } from "../support/test-stack.ts";

/** The state of an outbox item. */
export type ItemStatus = {
  kind: string;
  recipient: string;
  outcome: "done" | "dead" | null;
  attempts: number;
  reason: string | null;
  inDoubt: boolean;
  /** Seconds until it is due. */
  due: number;
};

export type FaultyStack = TimedStack & {
  resend: MailProxy;
  /** Makes a new build live, runs `first`, and requests a promotion as Dana. Returns the request's number. */
  submitRequest(first?: () => unknown): Promise<number>;
  /** Returns the items of this kind, with a request or without one, by kind and recipient. */
  items(kind: string, number?: number): Promise<ItemStatus[]>;
  /** Makes all waiting items due. */
  wakeAll(): Promise<void>;
  /** Waits until every item of the kind is settled or waiting for a retry. */
  waitUntilAttempted(kind: string, number?: number): Promise<ItemStatus[]>;
  /** Clears every fault and every waiting item. */
  clearFaults(): Promise<void>;
};

let built = 0;

/** Starts a stack with a Resend stand-in that fails on demand, and a clock that the test moves. */
export async function startFaultyStack(options: TestStackOptions = {}): Promise<FaultyStack> {
  const stack = await startTimedStack(options);
  const resend = await mailProxy(stack.mail.url);
  await stack.restartWith({ RESEND_BASE_URL: resend.url });
  const { sql } = stack.database.database;
  const items = (kind: string, number?: number) => sql<ItemStatus[]>`
    select kind, lower(split_part(coalesce(m.name, recipient_id, ''), ' ', 1)) as recipient, outcome, attempts, reason, in_doubt as "inDoubt",
      extract(epoch from available_at - now())::float8 as due
    from outbox o left join members m on m.organization_id = o.organization_id
      and m.id = coalesce(o.recipient_id, o.payload ->> 'recipientId')
    where kind = ${kind} and request_number is not distinct from ${number ?? null}
    order by kind, m.name, o.id`;
  const added = {
    resend,
    items,
    submitRequest: async (first: () => unknown = () => {}) => {
      built += 1;
      await stack.setLive("commerce/orders-sync", { development: `7.0.${built}` });
      await first();
      await stack.slack.command(stack.id("dana"), "/promote orders-sync");
      const answer = await stack.slack.submit(stack.id("dana"), { message_input: "" });
      expect(answer.error).toBeUndefined();
      const [row] = await sql<{ number: number }[]>`select max(number)::int as number from requests`;
      return row?.number ?? 0;
    },
    wakeAll: async () => {
      await sql`update outbox set available_at = now() where settled_at is null`;
      stack.app.context.wake();
    },
    waitUntilAttempted: (kind: string, number?: number) =>
      eventually(async () => {
        const all = await items(kind, number);
        expect(all).not.toEqual([]);
        for (const one of all) if (one.outcome === null) expect(one.reason).not.toBeNull();
        return all;
      }),
    clearFaults: async () => {
      resend.recover();
      stack.slack.faults.clear();
      await sql`delete from warnings`;
      await sql`delete from job_slots where job like 'probe-%'`;
      await sql`update outbox set settled_at = now(), outcome = 'done' where settled_at is null and reason is not null`;
    },
    stop: async () => {
      await stack.stop();
      await resend.stop();
    },
  };
  return Object.create(stack, Object.getOwnPropertyDescriptors(added)) as FaultyStack;
}

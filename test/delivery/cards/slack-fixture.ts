import { expect } from "vitest";
import { eventually, type TestStack, textOf } from "../../support/test-stack.ts";

/**
 * Actions and reads for the tests of Slack deliveries, in one stack. Bob and Carol review Dana's requests.
 */
export function slackFixture(stack: () => TestStack) {
  let built = 0;
  const sql = () => stack().database.database.sql;
  const build = async () => {
    built += 1;
    await stack().setLive("commerce/orders-sync", { development: `6.0.${built}` });
  };
  /** Submits a request for the live build without waiting for its messages. Returns its number. */
  const submitRequest = async (): Promise<number> => {
    await stack().slack.command(stack().id("dana"), "/promote orders-sync");
    await stack().slack.submit(stack().id("dana"), {});
    const [row] = await sql()<{ number: number }[]>`select max(number)::int as number from requests`;
    return row?.number as number;
  };
  const isCardOf = (number: number) => (message: { blocks: object[] }) =>
    textOf({ blocks: message.blocks.slice(0, 1) }).startsWith(`#${number} `);
  const cards = (name: string, number: number) =>
    stack().slack.messagesFor(stack().id(name)).filter(isCardOf(number));
  return {
    build,
    submitRequest,
    /** Requests the promotion of a new build, and waits until everyone has their card. Returns its number. */
    ask: async (): Promise<number> => {
      await build();
      const number = await submitRequest();
      await stack().app.idle();
      return number;
    },
    /** Returns a person's messages that show this request as a card. */
    cards,
    /** Returns the calls of a method, starting with this index. */
    calls: (method: string, since = 0) =>
      stack()
        .slack.calls.slice(since)
        .filter((call) => call.method === method),
    /** Returns the outbox items of a request's cards. */
    items: (number: number) =>
      sql()<{ recipient_id: string; attempts: number; outcome: string | null; reason: string | null }[]>`
        select recipient_id, attempts, outcome, reason from outbox
        where kind = 'draw-card' and request_number = ${number}`,
    rows: (number: number) =>
      sql()<
        {
          id: string;
          recipient_id: string;
          channel: string | null;
          ts: string | null;
          lost_reason: string | null;
        }[]
      >`select id, recipient_id, channel, ts, lost_reason from cards where request_number = ${number}`,
    /** Makes all waiting items due. */
    makeDue: async () => {
      await sql()`update outbox set available_at = now() where settled_at is null`;
      stack().app.context.wake();
    },
    /** Waits until every outbox item is settled, including those that will be retried. */
    allSettled: () =>
      eventually(async () => {
        const open = await sql()`select kind, key, reason from outbox where settled_at is null`;
        expect([...open]).toEqual([]);
      }, 20_000),
    /** Clicks a button on a person's newest card of a request that has it. */
    click: (name: string, number: number, actionId: string) => {
      const card = cards(name, number).findLast(({ blocks }) =>
        JSON.stringify(blocks).includes(`"${actionId}"`),
      );
      if (card === undefined) throw new Error(`${name} has no card of #${number} with ${actionId}`);
      return stack().slack.click(stack().id(name), card, { actionId });
    },
  };
}

export const everybody = ["dana", "bob", "carol"] as const;

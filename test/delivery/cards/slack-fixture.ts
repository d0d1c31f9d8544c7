import { expect } from "vitest";
import { eventually, type TestStack, textOf } from "../../support/test-stack.ts";

/** What the tests of Slack deliveries do and look at, in one stack. Bob and Carol review what Dana asks for. */
export function slackHouse(stack: () => TestStack) {
  let built = 0;
  const sql = () => stack().database.database.sql;
  const build = async () => {
    built += 1;
    await stack().golive("commerce/orders-sync", { development: `6.0.${built}` });
  };
  /** Submits a request for what is live now without waiting for what it sends. Gives its number. */
  const submitted = async (): Promise<number> => {
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
    submitted,
    /** Asks for a promotion of a new build, and waits until everybody has their card. */
    ask: async (): Promise<number> => {
      await build();
      const number = await submitted();
      await stack().app.idle();
      return number;
    },
    /** Somebody's messages that show this request as a card. */
    cards,
    /** The calls of a method from the so-manieth call on. */
    calls: (method: string, since = 0) =>
      stack()
        .slack.calls.slice(since)
        .filter((call) => call.method === method),
    /** What the outbox holds of a request's cards. */
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
    /** Makes everything due that waits for its time. */
    hurry: async () => {
      await sql()`update outbox set available_at = now() where settled_at is null`;
      stack().app.context.wake();
    },
    /** Waits until nothing is open in the outbox, not even what will be tried again later. */
    allSettled: () =>
      eventually(async () => {
        const open = await sql()`select kind, key, reason from outbox where settled_at is null`;
        expect([...open]).toEqual([]);
      }, 20_000),
    /** Presses a button on somebody's newest card of a request that has it. */
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

import type postgres from "postgres";
import { workspace } from "./payloads.ts";

/** The Approve button of a review card that was posted, as one reviewer sees it. */
export type Button = {
  number: number;
  userId: string;
  cardId: string;
  /** Identifies the bound facts that the card shows. */
  fingerprint: string;
  channel: string;
  ts: string;
};

/** Whose click on which request. */
export type Clicker = { number: number; userId: string };

/** Returns the buttons for these clicks. Reviewers who have no card yet get one, as if it had been posted. */
export async function buttonsFor(sql: postgres.Sql, clickers: readonly Clicker[]): Promise<Button[]> {
  const numbers = clickers.map(({ number }) => number);
  const userIds = clickers.map(({ userId }) => userId);
  await sql`
    insert into cards (organization_id, id, request_number, recipient_id, kind, channel, ts, drawn_version)
    select ${workspace.teamId}, gen_random_uuid(), number, user_id, 'review', 'D0' || user_id, '1700000000.' || number, 1
    from unnest(${numbers}::int[], ${userIds}::text[]) as clicker(number, user_id)
    on conflict (organization_id, request_number, recipient_id, kind) do nothing`;
  return sql<Button[]>`
    select number, user_id as "userId", c.id as "cardId", q.fingerprint, c.channel, c.ts
    from unnest(${numbers}::int[], ${userIds}::text[]) with ordinality as clicker(number, user_id, nth)
    join requests q using (number)
    join cards c on c.request_number = number and c.recipient_id = user_id and c.kind = 'review'
    order by nth`;
}

/** Returns the button for one click, as `buttonsFor` does. */
export async function buttonFor(sql: postgres.Sql, clicker: Clicker): Promise<Button> {
  const [button] = await buttonsFor(sql, [clicker]);
  if (button === undefined) throw new Error(`#${clicker.number} is not there`);
  return button;
}

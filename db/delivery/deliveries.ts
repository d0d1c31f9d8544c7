import { type SQL, sql } from "drizzle-orm";
import type { RecipientStatus } from "../../src/domain/delivery/delivery-coverage.ts";
import { coverageKey } from "../../src/domain/delivery/item-keys.ts";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { RequestEvent } from "../../src/domain/requests/notices.ts";
import type { Db, Tx } from "../connection/connect.ts";
import type { CardKind } from "./cards.ts";

type DeliveryStatus = "failed" | "retrying" | "waiting" | "sent" | "not needed";

/** One thing that somebody was to be told, and how it stands. */
export type Delivery = {
  id: number;
  kind: "draw-card" | "send-message" | "send-email";
  /** A person, or a channel. */
  recipientId: MemberId;
  name: string | null;
  /** Where an email went. */
  address: string | null;
  /** Null for a card. */
  event: RequestEvent | null;
  card: CardKind | null;
  /** When a card was posted. */
  postedAt: Date | null;
  standing: DeliveryStatus;
  attempts: number;
  inDoubt: boolean;
  /** Whether it is being tried right now. */
  underWay: boolean;
  reason: string | null;
  /** When it is due. */
  availableAt: Date;
  settledAt: Date | null;
};

export type Counts = Record<DeliveryStatus, number>;

const standings: readonly DeliveryStatus[] = ["failed", "retrying", "waiting", "sent", "not needed"];

/** What tells somebody of a request, of everything that the outbox does. */
const told = sql`('draw-card', 'send-message', 'send-email')`;

/**
 * What was sent of a request, and what was not: what failed first, then what is tried again, what waits, and what is
 * done; of each the newest first.
 *
 * @param limit how many are listed; the counts are of all
 */
export async function listOf(
  db: Db,
  organizationId: string,
  number: number,
  limit: number,
): Promise<{ deliveries: Delivery[]; counts: Counts }> {
  const counted = standings.map(
    (standing) =>
      sql`count(*) filter (where standing = ${standing}) over ()::int as ${sql.identifier(standing)}`,
  );
  const rows = await db.execute<Row & Counts>(sql`
    select *, ${sql.join(counted, sql`, `)}
    from (${deliveries(organizationId, number)}) as d
    order by array_position(array['failed', 'retrying', 'waiting', 'sent', 'not needed'], standing),
      coalesce(settled_at, available_at) desc, id desc
    limit ${limit}`);
  const none = Object.fromEntries(standings.map((standing) => [standing, 0])) as Counts;
  const [first] = rows;
  const counts = first === undefined ? none : { ...none, ...pick(first) };
  return { deliveries: rows.map(toDelivery), counts };
}

const pick = (row: Counts): Counts =>
  Object.fromEntries(standings.map((standing) => [standing, row[standing]])) as Counts;

/** A card that was done and never posted, and an email that was done and never rendered, were not needed any more. */
function deliveries(organizationId: string, number: number): SQL {
  return sql`
    select o.id, o.kind, o.recipient_id, m.name, e.content->>'to' as address, o.payload->>'event' as event,
      c.kind as card, to_timestamp(c.ts::float8) as posted_at, o.attempts, o.in_doubt, o.available_at, o.settled_at,
      coalesce(o.leased_until > now(), false) as under_way, coalesce(c.lost_reason, o.reason) as reason,
      case
        when o.outcome = 'dead' or c.lost_reason is not null then 'failed'
        when o.settled_at is null then
          case when o.reason is not null or o.attempts > 1 then 'retrying' else 'waiting' end
        when o.reason is not null or o.kind = 'draw-card' and c.ts is null or o.kind = 'send-email' and e.key is null then 'not needed'
        else 'sent'
      end as standing
    from outbox o
      left join cards c on c.organization_id = o.organization_id and c.id = (o.payload->>'cardId')::uuid
      left join emails e on e.organization_id = o.organization_id and e.key = o.key
      left join members m on m.organization_id = o.organization_id and m.id = o.recipient_id
    where o.organization_id = ${organizationId} and o.request_number = ${number} and o.kind in ${told}`;
}

type Row = {
  id: string;
  kind: Delivery["kind"];
  recipient_id: string;
  name: string | null;
  address: string | null;
  event: RequestEvent | null;
  card: CardKind | null;
  posted_at: string | null;
  standing: DeliveryStatus;
  attempts: number;
  in_doubt: boolean;
  under_way: boolean;
  reason: string | null;
  available_at: string;
  settled_at: string | null;
};

function toDelivery(row: Row): Delivery {
  const moment = (at: string | null) => (at === null ? null : new Date(at));
  return {
    id: Number(row.id),
    kind: row.kind,
    recipientId: row.recipient_id,
    name: row.name,
    address: row.address,
    event: row.event,
    card: row.card,
    postedAt: moment(row.posted_at),
    standing: row.standing,
    attempts: row.attempts,
    inDoubt: row.in_doubt,
    underWay: row.under_way,
    reason: row.reason,
    availableAt: new Date(row.available_at),
    settledAt: moment(row.settled_at),
  };
}

/**
 * How everybody stands who was told of a pending request. Nothing where no delivery of it was given up: then nobody can
 * be out of reach, and what 500 reviewers were told need not be read.
 */
export async function reach(db: Db | Tx, organizationId: string, number: number): Promise<RecipientStatus[]> {
  const rows = await db.execute<ReachRow>(sql`
    select o.recipient_id,
      bool_or((o.outcome is not distinct from 'done' and c.lost_reason is null) or c.ts is not null) as reached,
      bool_and((o.outcome is not distinct from 'dead' or c.lost_reason is not null) and c.ts is null) as failed,
      bool_or(c.kind is not distinct from 'channel' and c.lost_reason is null) as channel,
      bool_or(c.kind is not distinct from 'review') as directly
    from outbox o
      left join cards c on c.organization_id = o.organization_id and c.id = (o.payload->>'cardId')::uuid
    where o.organization_id = ${organizationId} and o.request_number = ${number} and o.kind in ${told}
      and exists (select from outbox where organization_id = ${organizationId} and key = ${coverageKey(number)})
    group by o.recipient_id`);
  return rows.map(({ recipient_id, ...standing }) => ({ recipientId: recipient_id, ...standing }));
}

type ReachRow = Omit<RecipientStatus, "recipientId"> & { recipient_id: string };

import { type SQL, sql } from "drizzle-orm";
import { deactivatedSuffix, type RecipientStatus } from "../../src/domain/delivery/delivery-coverage.ts";
import { coverageKey } from "../../src/domain/delivery/item-keys.ts";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { RequestEvent } from "../../src/domain/requests/notices.ts";
import type { Db, Tx } from "../connection/connect.ts";
import type { CardKind } from "./cards.ts";

/** In the order in which deliveries are listed. */
const statuses = ["failed", "retrying", "waiting", "sent", "not needed"] as const;
export type DeliveryStatus = (typeof statuses)[number];

/** One card, message, or email about a request to one recipient. */
export type Delivery = {
  id: number;
  kind: "draw-card" | "send-message" | "send-email";
  /** A person or a channel. */
  recipientId: MemberId;
  name: string | null;
  /** The address that an email went to. */
  address: string | null;
  /** Null for a card. */
  event: RequestEvent | null;
  card: CardKind | null;
  /** When a card was posted. */
  postedAt: Date | null;
  status: DeliveryStatus;
  attempts: number;
  inDoubt: boolean;
  /** Whether an attempt is running now. */
  underWay: boolean;
  reason: string | null;
  /** When the next attempt is due. */
  availableAt: Date;
  settledAt: Date | null;
};

export type Counts = Record<DeliveryStatus, number>;

/** The kinds of outbox items that tell somebody about a request. */
const deliveryKinds = sql`('draw-card', 'send-message', 'send-email')`;

/**
 * Returns the deliveries of a request, by status (failed, retrying, waiting, sent, not needed) and the newest first.
 *
 * @param limit how many deliveries to return; the counts cover all of them
 */
export async function listOf(
  db: Db,
  organizationId: string,
  number: number,
  limit: number,
): Promise<{ deliveries: Delivery[]; counts: Counts }> {
  const counted = statuses.map(
    (status) => sql`count(*) filter (where status = ${status}) over ()::int as ${sql.identifier(status)}`,
  );
  const rows = await db.execute<Row & Counts>(sql`
    select *, ${sql.join(counted, sql`, `)}
    from (${selectDeliveries(organizationId, number)}) as d
    order by array_position(array['failed', 'retrying', 'waiting', 'sent', 'not needed'], status),
      coalesce(settled_at, available_at) desc, id desc
    limit ${limit}`);
  return { deliveries: rows.map(toDelivery), counts: countsOf(rows[0]) };
}

/** Every row holds the counts of all deliveries. */
function countsOf(row: Counts | undefined): Counts {
  return {
    failed: row?.failed ?? 0,
    retrying: row?.retrying ?? 0,
    waiting: row?.waiting ?? 0,
    sent: row?.sent ?? 0,
    "not needed": row?.["not needed"] ?? 0,
  };
}

/** A settled card that was never posted, and a settled email that was never rendered, were no longer needed. */
function selectDeliveries(organizationId: string, number: number): SQL {
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
      end as status
    from outbox o
      left join cards c on c.organization_id = o.organization_id and c.id = (o.payload->>'cardId')::uuid
      left join emails e on e.organization_id = o.organization_id and e.key = o.key
      left join members m on m.organization_id = o.organization_id and m.id = o.recipient_id
    where o.organization_id = ${organizationId} and o.request_number = ${number} and o.kind in ${deliveryKinds}`;
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
  status: DeliveryStatus;
  attempts: number;
  in_doubt: boolean;
  under_way: boolean;
  reason: string | null;
  available_at: string;
  settled_at: string | null;
};

function toDelivery(row: Row): Delivery {
  const { kind, name, address, event, card, status, attempts, reason } = row;
  return {
    ...{ kind, name, address, event, card, status, attempts, reason },
    id: Number(row.id),
    recipientId: row.recipient_id,
    postedAt: toDate(row.posted_at),
    inDoubt: row.in_doubt,
    underWay: row.under_way,
    availableAt: new Date(row.available_at),
    settledAt: toDate(row.settled_at),
  };
}

const toDate = (at: string | null): Date | null => (at === null ? null : new Date(at));

/**
 * Returns how the deliveries of a pending request stand, for each recipient. A person whom Slack says is deactivated is not
 * reached, whatever else was sent to them. Empty if none has failed for good: then
 * everyone can be reached, and there is no need to read up to 500 recipients.
 */
export async function listRecipientStatuses(
  db: Db | Tx,
  organizationId: string,
  number: number,
): Promise<RecipientStatus[]> {
  const deactivated = sql`bool_or(o.outcome is not distinct from 'dead' and coalesce(o.reason, '') like ${`%${deactivatedSuffix}`})`;
  const rows = await db.execute<RecipientRow>(sql`
    select o.recipient_id,
      not ${deactivated} and bool_or((o.outcome is not distinct from 'done' and c.lost_reason is null) or c.ts is not null) as reached,
      ${deactivated} or bool_and((o.outcome is not distinct from 'dead' or c.lost_reason is not null) and c.ts is null) as failed,
      bool_or(c.kind is not distinct from 'channel' and c.lost_reason is null) as channel,
      bool_or(c.kind is not distinct from 'review') as directly
    from outbox o
      left join cards c on c.organization_id = o.organization_id and c.id = (o.payload->>'cardId')::uuid
    where o.organization_id = ${organizationId} and o.request_number = ${number} and o.kind in ${deliveryKinds}
      and exists (select from outbox where organization_id = ${organizationId} and key = ${coverageKey(number)})
    group by o.recipient_id`);
  return rows.map(({ recipient_id: recipientId, ...status }) => ({ recipientId, ...status }));
}

type RecipientRow = Omit<RecipientStatus, "recipientId"> & { recipient_id: string };

/** Returns whom an email asks, or asked, to review a request. */
export async function listAskedByEmail(tx: Tx, organizationId: string, number: number): Promise<MemberId[]> {
  const rows = await tx.execute<{ recipient_id: MemberId }>(sql`
    select recipient_id from outbox
    where organization_id = ${organizationId} and request_number = ${number} and kind = 'send-email'
      and payload->>'event' = 'requested'`);
  return rows.map((row) => row.recipient_id);
}

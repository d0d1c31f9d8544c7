import { and, eq, gte, sql } from "drizzle-orm";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { homes } from "../schema/index.ts";

export type Home = {
  /** The tab and the choices on it, in the form that the screens define. */
  place: unknown;
  openedAt: Date;
  drawnAt: Date | null;
  /** The hash of the view that was published last: https://docs.slack.dev/reference/methods/views.publish */
  hash: string | null;
};

const withId = (organizationId: string, memberId: MemberId) =>
  and(eq(homes.organizationId, organizationId), eq(homes.memberId, memberId));

export async function find(
  db: Db | Tx,
  organizationId: string,
  memberId: MemberId,
): Promise<Home | undefined> {
  const { place, openedAt, drawnAt, hash } = homes;
  const [row] = await db
    .select({ place, openedAt, drawnAt, hash })
    .from(homes)
    .where(withId(organizationId, memberId));
  return row;
}

/** Stores where somebody is in their App Home, and that they are looking at it now. Ignores people who are not stored. */
export async function open(
  db: Db | Tx,
  organizationId: string,
  memberId: MemberId,
  place: object,
  at: Date,
): Promise<void> {
  await db.execute(sql`
    insert into homes (organization_id, member_id, place, opened_at)
    select organization_id, id, ${JSON.stringify(place)}::jsonb, ${at.toISOString()}::timestamptz
    from members where organization_id = ${organizationId} and id = ${memberId}
    on conflict (organization_id, member_id) do update set place = excluded.place, opened_at = excluded.opened_at`);
}

/** Stores when a Home was published, and its hash. */
export async function saveDrawn(
  db: Db | Tx,
  organizationId: string,
  memberId: MemberId,
  drawn: { drawnAt: Date; hash: string | null },
): Promise<void> {
  await db.update(homes).set(drawn).where(withId(organizationId, memberId));
}

/** Returns who has opened or used their Home since this time. */
export async function listOpenedSince(
  db: Db | Tx,
  organizationId: string,
  since: Date,
): Promise<{ memberId: MemberId; openedAt: Date; drawnAt: Date | null }[]> {
  const { memberId, openedAt, drawnAt } = homes;
  return db
    .select({ memberId, openedAt, drawnAt })
    .from(homes)
    .where(and(eq(homes.organizationId, organizationId), gte(homes.openedAt, since)))
    .orderBy(homes.memberId);
}

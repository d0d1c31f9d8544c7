import { and, asc, eq, inArray, lte, ne, or, sql } from "drizzle-orm";
import { openStates, type PromotionRequest } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";
import { changing, toRequest } from "./request-row.ts";

const numbered = (organizationId: string, number: number) =>
  and(eq(requests.organizationId, organizationId), eq(requests.number, number));

/**
 * Stores a new request.
 *
 * @returns false where another open request holds the integration and target environment (R3)
 */
export async function insert(tx: Tx, request: PromotionRequest): Promise<boolean> {
  const { state: _state, decision: _decision, ...fixed } = request;
  const rows = await tx
    .insert(requests)
    .values({ ...fixed, ...changing(request) })
    .onConflictDoNothing()
    .returning({ number: requests.number });
  return rows.length > 0;
}

/** Stores a request's next version. */
export async function save(tx: Tx, request: PromotionRequest): Promise<void> {
  await tx.update(requests).set(changing(request)).where(numbered(request.organizationId, request.number));
}

/**
 * Locks a request until the transaction ends. Whatever is counted is read after this, never with it. Its key is never
 * changed, so rows that refer to it (500 cards) may be added meanwhile.
 */
export async function lock(
  tx: Tx,
  organizationId: string,
  number: number,
): Promise<PromotionRequest | undefined> {
  const [row] = await tx.select().from(requests).where(numbered(organizationId, number)).for("no key update");
  return row && toRequest(row);
}

/**
 * Locks every open request of an integration that shows what is live in this environment, and `own` whatever its
 * state, in the order of their numbers: two deployments that end at once wait for each other and do not deadlock.
 */
export async function lockAround(
  tx: Tx,
  organizationId: string,
  integrationId: string,
  environmentId: string,
  own: number | null,
): Promise<void> {
  await tx
    .select({ number: requests.number })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        or(around(integrationId, environmentId), own === null ? undefined : eq(requests.number, own)),
      ),
    )
    .orderBy(asc(requests.number))
    .for("no key update");
}

const around = (integrationId: string, environmentId: string) =>
  and(
    eq(requests.integrationId, integrationId),
    or(eq(requests.sourceId, environmentId), eq(requests.targetId, environmentId)),
    inArray(requests.state, [...openStates]),
  );

export async function find(
  db: Db | Tx,
  organizationId: string,
  number: number,
): Promise<PromotionRequest | undefined> {
  const [row] = await db.select().from(requests).where(numbered(organizationId, number));
  return row && toRequest(row);
}

/** R3: the open request for an integration and target environment, if there is one. */
export async function findOpen(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  targetId: string,
): Promise<PromotionRequest | undefined> {
  const [row] = await db
    .select()
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        eq(requests.integrationId, integrationId),
        eq(requests.targetId, targetId),
        inArray(requests.state, [...openStates]),
      ),
    );
  return row && toRequest(row);
}

/**
 * Bumps the version of every other open request of an integration that shows what is live in this environment, so that
 * its cards are drawn again.
 */
export async function bumpAround(
  tx: Tx,
  organizationId: string,
  integrationId: string,
  environmentId: string,
  except: number | null,
): Promise<{ number: number; version: number }[]> {
  return tx
    .update(requests)
    .set({ version: sql`${requests.version} + 1` })
    .where(
      and(
        eq(requests.organizationId, organizationId),
        around(integrationId, environmentId),
        except === null ? undefined : ne(requests.number, except),
      ),
    )
    .returning({ number: requests.number, version: requests.version });
}

/**
 * Bumps the version of those of these requests that are open, so that they are drawn again.
 *
 * @param waiting whether to wait for one that somebody holds; else it is left out, and no lock is held meanwhile
 */
export async function bumpOpen(
  tx: Tx,
  organizationId: string,
  numbers: readonly number[],
  waiting: boolean,
): Promise<{ number: number; version: number }[]> {
  const open = (these: readonly number[]) =>
    and(
      eq(requests.organizationId, organizationId),
      inArray(requests.number, [...these]),
      inArray(requests.state, [...openStates]),
    );
  const held = await tx
    .select({ number: requests.number })
    .from(requests)
    .where(open(numbers))
    .orderBy(asc(requests.number))
    .for("no key update", waiting ? {} : { skipLocked: true });
  if (held.length === 0) return [];
  return tx
    .update(requests)
    .set({ version: sql`${requests.version} + 1` })
    .where(open(held.map(({ number }) => number)))
    .returning({ number: requests.number, version: requests.version });
}

/** R11: requests whose time has run out, the longest overdue first. */
export async function listOverdue(
  db: Db | Tx,
  now: Date,
  limit: number,
): Promise<{ organizationId: string; number: number }[]> {
  return db
    .select({ organizationId: requests.organizationId, number: requests.number })
    .from(requests)
    .where(and(lte(requests.expiresAt, now), inArray(requests.state, ["pending", "approved", "failed"])))
    .orderBy(asc(requests.expiresAt))
    .limit(limit);
}

import { and, asc, eq, inArray, lte, ne, or, sql } from "drizzle-orm";
import { openStates, type PromotionRequest } from "../../src/domain/requests/request.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";
import { changingColumns, requestColumns, toRequest } from "./request-row.ts";

const numbered = (organizationId: string, number: number) =>
  and(eq(requests.organizationId, organizationId), eq(requests.number, number));

/**
 * Stores a new request.
 *
 * @returns false if the integration and target environment already have an open request (R3)
 */
export async function insert(tx: Tx, request: PromotionRequest): Promise<boolean> {
  const { state: _state, decision: _decision, tokenMemberIds: _members, ...fixed } = request;
  const rows = await tx
    .insert(requests)
    .values({ ...fixed, ...changingColumns(request) })
    .onConflictDoNothing()
    .returning({ number: requests.number });
  return rows.length > 0;
}

/** Stores the next version of a request. */
export async function save(tx: Tx, request: PromotionRequest): Promise<void> {
  await tx
    .update(requests)
    .set(changingColumns(request))
    .where(numbered(request.organizationId, request.number));
}

/**
 * Locks a request until the transaction ends, and returns it. Counts must be read after this, never with it. The lock
 * allows others to insert rows that refer to the request, such as its cards.
 */
export async function lock(
  tx: Tx,
  organizationId: string,
  number: number,
): Promise<PromotionRequest | undefined> {
  const [row] = await tx
    .select(requestColumns)
    .from(requests)
    .where(numbered(organizationId, number))
    .for("no key update");
  return row && toRequest(row);
}

/**
 * Locks every open request of an integration from or to this environment, in the order of their numbers, so that two
 * deployments that end at the same time don't deadlock.
 *
 * @param ownNumber another request to lock, whatever its state; null for none
 */
export async function lockAround(
  tx: Tx,
  organizationId: string,
  integrationId: string,
  environmentId: string,
  ownNumber: number | null,
): Promise<void> {
  await tx
    .select({ number: requests.number })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        or(
          openAround(integrationId, environmentId),
          ownNumber === null ? undefined : eq(requests.number, ownNumber),
        ),
      ),
    )
    .orderBy(asc(requests.number))
    .for("no key update");
}

const openAround = (integrationId: string, environmentId: string) =>
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
  const [row] = await db.select(requestColumns).from(requests).where(numbered(organizationId, number));
  return row && toRequest(row);
}

/** Returns the open request for an integration and target environment (R3). It may be out of time (R11). */
export async function findOpen(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  targetId: string,
): Promise<PromotionRequest | undefined> {
  const [row] = await db
    .select(requestColumns)
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
 * Increments the version of every open request of an integration from or to this environment, so that its cards get
 * redrawn.
 *
 * @param except a request to leave out; null for none
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
        openAround(integrationId, environmentId),
        except === null ? undefined : ne(requests.number, except),
      ),
    )
    .returning({ number: requests.number, version: requests.version });
}

/**
 * Increments the version of the open requests among these, so that their cards get redrawn.
 *
 * @param waiting whether to wait for locked requests; otherwise they are left out
 * @returns the requests with their new versions
 */
export async function bumpOpen(
  tx: Tx,
  organizationId: string,
  numbers: readonly number[],
  waiting: boolean,
): Promise<{ number: number; version: number }[]> {
  const openAmong = (these: readonly number[]) =>
    and(
      eq(requests.organizationId, organizationId),
      inArray(requests.number, [...these]),
      inArray(requests.state, [...openStates]),
    );
  const locked = await tx
    .select({ number: requests.number })
    .from(requests)
    .where(openAmong(numbers))
    .orderBy(asc(requests.number))
    .for("no key update", waiting ? {} : { skipLocked: true });
  if (locked.length === 0) return [];
  return tx
    .update(requests)
    .set({ version: sql`${requests.version} + 1` })
    .where(openAmong(locked.map(({ number }) => number)))
    .returning({ number: requests.number, version: requests.version });
}

/** Returns requests of all organizations that are out of time and not recorded as expired (R11), the longest overdue first. */
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

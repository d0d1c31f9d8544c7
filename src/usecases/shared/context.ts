import type { Db, Tx } from "../../../db/connection/connect.ts";
import { nothingChanged } from "../../../db/connection/fault.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result } from "../../domain/shared/result.ts";

export { isTransient } from "../../../db/connection/transient.ts";

/** What every use case receives. */
export type Context = {
  db: Db;
  /** Called after each commit that may have added items to the outbox. */
  wake(): void;
  now(): Date;
  /** Records the result inside the transaction that produced it. An error it throws rolls the change back. */
  note?(tx: Tx, done: unknown): Promise<void>;
};

/** Who makes a change, in which organization, and through which surface. */
export type By = { organizationId: string; actor: Actor; surface: Surface };

/**
 * Runs work that may refuse in one transaction, then wakes the outbox. Returns what the work returned. A refusal rolls
 * the whole transaction back and wakes nothing.
 *
 * @throws OutcomeUnknown if the answer to the commit or rollback was lost. After any other error nothing has changed.
 */
export async function commit<T>(
  context: Context,
  work: (tx: Tx, now: Date) => Promise<Result<T>>,
): Promise<Result<T>> {
  let refused: Result<T> | undefined;
  try {
    return accept(
      await transact(context, async (tx, now) => {
        const result = await work(tx, now);
        if (result.ok) return result.value;
        refused = result;
        throw new Refused();
      }),
    );
  } catch (error) {
    if (refused === undefined) throw error;
    if (error instanceof Refused) return refused;
    throw new OutcomeUnknown(error);
  }
}

/**
 * Runs work that never refuses in one transaction, then wakes the outbox. Returns what the work returned.
 *
 * @throws OutcomeUnknown if the answer to the commit was lost. After any other error nothing has changed.
 */
export async function transact<T>(context: Context, work: (tx: Tx, now: Date) => Promise<T>): Promise<T> {
  let finished: { value: T } | undefined;
  try {
    await context.db.transaction(async (tx) => {
      const value = await work(tx, context.now());
      await context.note?.(tx, value);
      finished = { value };
    });
  } catch (error) {
    throw finished === undefined ? error : new OutcomeUnknown(error);
  }
  if (finished === undefined) throw new Error("The transaction ended without a result");
  context.wake();
  return finished.value;
}

/**
 * Runs one statement that commits by itself. Returns what the statement returned: true if it wrote something, in which
 * case the outbox is woken.
 *
 * @throws OutcomeUnknown if the statement's answer was lost. After an error the database itself reported, nothing has
 *   changed.
 */
export async function commitAtOnce(context: Context, write: () => Promise<boolean>): Promise<boolean> {
  let written: boolean;
  try {
    written = await write();
  } catch (error) {
    throw nothingChanged(error) ? error : new OutcomeUnknown(error);
  }
  if (written) context.wake();
  return written;
}

class Refused extends Error {}

/** The commit was sent but its answer was lost, so the change may or may not have been made. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super("The answer to a commit was lost", { cause });
  }
}

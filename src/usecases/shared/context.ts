import type { Db, Tx } from "../../../db/connection/connect.ts";
import { nothingChanged } from "../../../db/connection/fault.ts";
import type { Result } from "../../domain/shared/result.ts";

export { isTransient } from "../../../db/connection/transient.ts";

/** What every use case is given. */
export type Context = {
  db: Db;
  /** Called after a commit that may have added to the outbox. */
  wake(): void;
  now(): Date;
  /** Writes down what was done, in the transaction that does it; what it throws undoes the change. */
  note?(tx: Tx, done: unknown): Promise<void>;
};

/**
 * Runs one transaction, then wakes the outbox: what is answered after this has happened. A refusal rolls everything
 * back, so that nothing is half done.
 */
export async function commit<T>(
  context: Context,
  work: (tx: Tx, now: Date) => Promise<Result<T>>,
): Promise<Result<T>> {
  let result: Result<T> | undefined;
  try {
    await context.db.transaction(async (tx) => {
      const worked = await work(tx, context.now());
      if (worked.ok) await context.note?.(tx, worked.value);
      result = worked;
      if (!result.ok) throw new Refused();
    });
  } catch (error) {
    if (result === undefined) throw error;
    if (!(error instanceof Refused)) throw new OutcomeUnknown(error);
  }
  if (result === undefined) throw new Error("The transaction gave no result");
  if (result.ok) context.wake();
  return result;
}

/**
 * Runs one statement that commits by itself, then wakes the outbox where it wrote something.
 *
 * Throws `OutcomeUnknown` where its answer was lost. What the database itself says means that nothing was changed.
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

/** The commit was sent and its answer was lost: it may have happened. Any other error means that nothing was changed. */
export class OutcomeUnknown extends Error {
  constructor(cause: unknown) {
    super("The answer to a commit was lost", { cause });
  }
}

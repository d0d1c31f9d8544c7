import { listOpenNumbers } from "../../../db/requests/open-requests.ts";
import * as requests from "../../../db/requests/requests.ts";
import { system } from "../../domain/shared/actor.ts";
import { redrawCards } from "../requests/record-change.ts";
import { type Context, transact } from "../shared/context.ts";

const batchSize = 100;

/**
 * R4: updates the cards of all open requests after settings or people changed: new reviewers get a card, and former ones
 * lose the buttons. Decides nothing.
 *
 * Handles a batch per transaction, so that thousands finish within a lease. A request that somebody is deciding gets a
 * transaction of its own, so that the others do not wait for it.
 */
export async function followSettings(context: Context, organizationId: string): Promise<void> {
  let after = 0;
  for (;;) {
    const numbers = await listOpenNumbers(context.db, organizationId, after, batchSize);
    const updated = await raiseVersions(context, organizationId, numbers, false);
    for (const number of numbers) {
      if (!updated.has(number)) await raiseVersions(context, organizationId, [number], true);
    }
    if (numbers.length < batchSize) return;
    after = numbers.at(-1) ?? after;
  }
}

/**
 * Raises the versions of the requests that are open and plans the update of their cards. Returns the numbers of those.
 *
 * @param waits whether to wait for a request that is locked; otherwise it is skipped
 */
async function raiseVersions(
  context: Context,
  organizationId: string,
  numbers: readonly number[],
  waits: boolean,
): Promise<Set<number>> {
  if (numbers.length === 0) return new Set();
  return transact(context, async (tx) => {
    const raised = await requests.bumpOpen(tx, organizationId, numbers, waits);
    await redrawCards(tx, organizationId, raised, system("settings changed"));
    return new Set(raised.map(({ number }) => number));
  });
}

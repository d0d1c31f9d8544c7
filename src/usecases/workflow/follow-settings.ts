import * as requests from "../../../db/requests/requests.ts";
import { listOpenNumbers } from "../../../db/requests/requests-list.ts";
import { system } from "../../domain/shared/actor.ts";
import { redrawCards } from "../requests/record-change.ts";
import { type Context, transact } from "../shared/context.ts";

const batch = 100;

/**
 * R4: after a change of settings or people, open requests are shown as they are now: who can now review gets a card, who
 * no longer can loses the buttons. It decides nothing. A batch a transaction, so that thousands are done within a
 * lease; a request that somebody is deciding is done by itself, so that the others are not held meanwhile.
 */
export async function followSettings(context: Context, organizationId: string): Promise<void> {
  let after = 0;
  for (;;) {
    const numbers = await listOpenNumbers(context.db, organizationId, after, batch);
    const done = await raise(context, organizationId, numbers, false);
    for (const number of numbers) {
      if (!done.has(number)) await raise(context, organizationId, [number], true);
    }
    if (numbers.length < batch) return;
    after = numbers.at(-1) ?? after;
  }
}

/** Raises the versions of those that are open and has their cards drawn. @returns which ones */
async function raise(
  context: Context,
  organizationId: string,
  numbers: readonly number[],
  waiting: boolean,
): Promise<Set<number>> {
  if (numbers.length === 0) return new Set();
  return transact(context, async (tx) => {
    const bumped = await requests.bumpOpen(tx, organizationId, numbers, waiting);
    await redrawCards(tx, organizationId, bumped, system("settings changed"));
    return new Set(bumped.map(({ number }) => number));
  });
}

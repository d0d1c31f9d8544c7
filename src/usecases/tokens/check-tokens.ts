import * as warnings from "../../../db/delivery/warnings.ts";
import { listTokenFacts } from "../../../db/tokens/token-facts.ts";
import { tokenWarnings } from "../../domain/tokens/token-warnings.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { warningItems } from "../shared/record-setting.ts";

/**
 * Part of a scheduled job: has the admins warned of tokens that end soon, and of scopes that pause as of now. Everything
 * else that the warnings depend on plans the same check when it changes.
 */
export async function checkTokens(context: Context, organizationId: string): Promise<void> {
  const { db, now } = context;
  const judged = await listTokenFacts(db, organizationId);
  const subjects = judged.flatMap(({ facts }) => tokenWarnings(facts, now()).map(({ subject }) => subject));
  if (subjects.length === 0) return;
  const told = new Set(await warnings.list(db, organizationId));
  if (subjects.every((subject) => told.has(subject))) return;
  await transact(context, (tx) => reopenItems(tx, warningItems(organizationId)));
}

import * as audit from "../../../db/audit/audit.ts";
import { guardRefused, refusedSubject, wasRefusedSince } from "../../../db/audit/refused-guards.ts";
import { lockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import type { Result } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf } from "../../domain/tokens/token.ts";
import { type Context, transact } from "../shared/context.ts";
import { planDigest } from "../shared/plan-digest.ts";

/** The setting that a token would have changed. `projectId`: the project that it is, or that it is in. */
type Target = { subject: string; name: string; projectId: string };

/**
 * R1: records that a token was refused because it would lower a guard, in a transaction of its own, since the refused one
 * was rolled back. The admins are told in the next digest. A call that is repeated is recorded once, until the setting
 * changes.
 *
 * @param find returns what the token would have changed
 * @returns the result that was given
 */
export async function recordRefusedGuard<T>(
  { db, now, wake }: Context,
  token: ApiToken,
  result: Result<T>,
  find: (tx: Tx) => Promise<Target | undefined>,
): Promise<Result<T>> {
  if (result.ok || result.refusal.code !== "guard-lowered") return result;
  const { guards } = result.refusal;
  const { organizationId } = token;
  await transact({ db, now, wake }, async (tx, at) => {
    const target = await find(tx);
    if (target === undefined) return;
    const { subject, name, projectId } = target;
    await lockProject(tx, organizationId, projectId);
    if (await wasRefusedSince(tx, organizationId, { subject, tokenId: token.id, guards })) return;
    await planDigest(tx, organizationId, at);
    await audit.append(tx, [
      {
        ...{ organizationId, at, actor: actorOf(token), surface: "api" },
        ...{ action: guardRefused, subject: refusedSubject(subject), before: null, after: { name, guards } },
      },
    ]);
  });
  return result;
}

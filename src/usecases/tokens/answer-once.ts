import type { Tx } from "../../../db/connection/connect.ts";
import type { KeyedCall } from "../../../db/tokens/api-answers.ts";
import * as answers from "../../../db/tokens/api-answers.ts";
import type { Context } from "../shared/context.ts";

export type { KeyedCall } from "../../../db/tokens/api-answers.ts";

/** How long an answer is stored under its key, in milliseconds: a day. */
export const answersKeptMs = 24 * 3_600_000;

/** After this time, in milliseconds, a call that has changed nothing counts as dead: its process has ended. */
const longestCallMs = 60_000;

/**
 * The state of a key. `mine`: run the call, then store its answer or release the key. `answered`: return this answer.
 * `done`: the call has made its change, but its answer was lost; `left` is what `noteDone` stored. `at work`: the same
 * call is running. `other call`: the key belongs to a different call.
 */
export type KeyState =
  | { kind: "mine"; takenAt: Date }
  | { kind: "answered"; status: number; body: unknown }
  | { kind: "done"; left: unknown }
  | { kind: "at work" }
  | { kind: "other call" };

/** Claims an idempotency key for a call. Of several calls with the same key, only the first gets `mine`. */
export async function takeKey({ db, now }: Context, call: KeyedCall): Promise<KeyState> {
  const takenAt = now();
  const ago = (ms: number) => new Date(takenAt.getTime() - ms);
  const since = { keptFrom: ago(answersKeptMs), atWorkFrom: ago(longestCallMs) };
  if (await answers.take(db, call, takenAt, since)) return { kind: "mine", takenAt };
  const stored = await answers.find(db, call);
  // The key was released in the meantime, so the next try gets it.
  if (stored === undefined) return { kind: "at work" };
  if (stored.digest !== call.digest) return { kind: "other call" };
  if (stored.status === null) {
    return stored.body === null ? { kind: "at work" } : { kind: "done", left: stored.body };
  }
  return { kind: "answered", status: stored.status, body: stored.body };
}

/**
 * Stores, in the transaction of a call's change, that the change is made: the call is never run again, even if its answer
 * gets lost.
 *
 * @param left what is needed to answer the same call later
 * @returns false if the call took so long that another one has claimed its key; it must change nothing then
 */
export function noteDone(tx: Tx, call: KeyedCall, takenAt: Date, left: unknown): Promise<boolean> {
  return answers.saveChange(tx, call, takenAt, left);
}

/** Stores the answer to a call, for repeated calls. */
export async function keepAnswer(
  { db }: Context,
  call: KeyedCall,
  takenAt: Date,
  answer: { status: number; body: unknown },
): Promise<void> {
  await answers.saveAnswer(db, call, takenAt, answer);
}

/** Releases the key of a call that changed nothing, so that the call can be retried with it. */
export async function releaseKey({ db }: Context, call: KeyedCall, takenAt: Date): Promise<void> {
  await answers.release(db, call, takenAt);
}

/** The scheduled job: deletes answers that are older than a day, at most `limit`. Returns how many it deleted. */
export function forgetAnswers({ db, now }: Context, organizationId: string, limit: number): Promise<number> {
  return answers.removeOld(db, organizationId, new Date(now().getTime() - answersKeptMs), limit);
}

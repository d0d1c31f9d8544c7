import type { Tx } from "../../../db/connection/connect.ts";
import type { KeyedCall } from "../../../db/tokens/api-answers.ts";
import * as answers from "../../../db/tokens/api-answers.ts";
import type { Context } from "../shared/context.ts";

export type { KeyedCall } from "../../../db/tokens/api-answers.ts";

/** How long an answer is kept under its key, in milliseconds: a day. */
export const answersKeptMs = 24 * 3_600_000;

/** A call that began so long ago, in milliseconds, and changed nothing is not at work any more: its process has died. */
const longestCallMs = 60_000;

/**
 * What is known of a key. `mine`: the call is to be carried out, and then kept or released. `done`: it was, and its answer
 * was lost; `left` is what its change left behind.
 */
export type KeyState =
  | { kind: "mine"; takenAt: Date }
  | { kind: "answered"; status: number; body: unknown }
  | { kind: "done"; left: unknown }
  | { kind: "at work" }
  | { kind: "other call" };

/** Takes a caller's key for one call: of several that come with the same one, the first is carried out. */
export async function takeKey({ db, now }: Context, call: KeyedCall): Promise<KeyState> {
  const takenAt = now();
  const ago = (ms: number) => new Date(takenAt.getTime() - ms);
  const since = { keptFrom: ago(answersKeptMs), atWorkFrom: ago(longestCallMs) };
  if (await answers.take(db, call, takenAt, since)) return { kind: "mine", takenAt };
  const known = await answers.find(db, call);
  // It was released at this moment: whoever tries again has it.
  if (known === undefined) return { kind: "at work" };
  if (known.digest !== call.digest) return { kind: "other call" };
  if (known.status === null) {
    return known.body === null ? { kind: "at work" } : { kind: "done", left: known.body };
  }
  return { kind: "answered", status: known.status, body: known.body };
}

/**
 * Writes down, in the transaction of a call's change, that it is done: from then on the same call is not carried out
 * again, whatever becomes of its answer.
 *
 * @returns false where the call took so long that the same one was let in after it: then it must change nothing
 */
export function noteDone(tx: Tx, call: KeyedCall, takenAt: Date, left: unknown): Promise<boolean> {
  return answers.saveChange(tx, call, takenAt, left);
}

/** Keeps what a call was answered, for those that come again. */
export async function keepAnswer(
  { db }: Context,
  call: KeyedCall,
  takenAt: Date,
  answer: { status: number; body: unknown },
): Promise<void> {
  await answers.saveAnswer(db, call, takenAt, answer);
}

/** Gives a key back where its call changed nothing, so that the same call may be tried under it again. */
export async function releaseKey({ db }: Context, call: KeyedCall, takenAt: Date): Promise<void> {
  await answers.release(db, call, takenAt);
}

/** The scheduled job: forgets the answers of yesterday, at most so many. Answers how many. */
export function forgetAnswers({ db, now }: Context, organizationId: string, limit: number): Promise<number> {
  return answers.removeOld(db, organizationId, new Date(now().getTime() - answersKeptMs), limit);
}

import { and, eq, isNotNull, sql } from "drizzle-orm";
import { deployments, requests } from "../../../db/schema/index.ts";
import type { RemindedState } from "../../../src/domain/requests/reminder.ts";
import { system } from "../../../src/domain/shared/actor.ts";
import { accept } from "../../../src/domain/shared/result.ts";
import { endSilentAttempts } from "../../../src/usecases/deployments/end-silent-attempts.ts";
import { redrawCards } from "../../../src/usecases/requests/record-change.ts";
import { remindDue } from "../../../src/usecases/requests/remind-due.ts";
import { type Context, commit } from "../../../src/usecases/shared/context.ts";
import type { Figures } from "./stats.ts";
import { persist } from "./wait.ts";

/** A request's state that was brought so near its end that a reminder is due. */
export type Nearing = { number: number; state: RemindedState; expiresAt: Date; at: number };

/** An end that is near, and not so near that it comes within the run, in milliseconds. */
const nearMs = 3_600_000;

/**
 * Nobody waits for days: the moment at which something is due is brought here. The replicas' own jobs go on beside the
 * two that notice it here.
 */
export class Clock {
  /** Every state for which a reminder may have become due. */
  readonly nearing: Nearing[] = [];
  readonly #context: Context;
  readonly #organizationId: string;
  readonly #figures: Figures;

  constructor(context: Context, organizationId: string, figures: Figures) {
    this.#context = context;
    this.#organizationId = organizationId;
    this.#figures = figures;
  }

  /** An attempt has been silent for too long: two jobs notice it at once. */
  endSilence(attempt: string): Promise<void> {
    const context = this.#context;
    const own = and(eq(deployments.organizationId, this.#organizationId), eq(deployments.id, attempt));
    return persist(async () => {
      const waiting = and(own, isNotNull(deployments.reportBy));
      await context.db.update(deployments).set({ reportBy: new Date() }).where(waiting);
      await Promise.all([endSilentAttempts(context), endSilentAttempts(context)]);
    });
  }

  /** The time of a pending request is over. Whoever comes first writes it down. */
  async runOut(number: number): Promise<void> {
    await this.#moveEnd(number, "pending", new Date());
  }

  /** A request runs out soon if it is still in this state: two jobs notice it at once. */
  async near(number: number, state: RemindedState): Promise<void> {
    const expiresAt = new Date(Date.now() + nearMs);
    // Noted first: a replica's job may be quicker than the answer to this. Where it comes too late, nothing follows.
    this.nearing.push({ number, state, expiresAt, at: Date.now() });
    if (!(await this.#moveEnd(number, state, expiresAt))) return;
    this.#figures.add(`brought near its end: ${state}`);
    const remind = () => remindDue(this.#context, this.#organizationId);
    await persist(() => Promise.all([remind(), remind()]));
  }

  /** Cards say when a request expires, so they are drawn again. Doing it twice does it once. */
  #moveEnd(number: number, state: RemindedState, expiresAt: Date): Promise<boolean> {
    const organizationId = this.#organizationId;
    return persist(async () => {
      const moved = await commit(this.#context, async (tx) => {
        const bumped = await tx
          .update(requests)
          .set({ expiresAt, version: sql`${requests.version} + 1` })
          .where(
            and(
              ...[eq(requests.organizationId, organizationId), eq(requests.number, number)],
              eq(requests.state, state),
            ),
          )
          .returning({ number: requests.number, version: requests.version });
        await redrawCards(tx, organizationId, bumped, system("its end was brought near"));
        return accept(bumped.length > 0);
      });
      return moved.ok && moved.value;
    });
  }
}

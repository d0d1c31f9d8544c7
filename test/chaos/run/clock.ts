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

/** A request's state whose expiry was moved so close that a reminder is due. */
export type Nearing = { number: number; state: RemindedState; expiresAt: Date; at: number };

/** How far ahead an expiry is moved, in milliseconds: near, but not within the run. */
const nearMs = 3_600_000;

/**
 * Moves the times at which things are due to now, so that no run waits for days. Two jobs notice it here, and the
 * replicas' own jobs run as well.
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

  /** Makes an attempt silent for too long. Two jobs notice it at the same time. */
  endSilence(attempt: string): Promise<void> {
    const context = this.#context;
    const own = and(eq(deployments.organizationId, this.#organizationId), eq(deployments.id, attempt));
    return persist(async () => {
      const waiting = and(own, isNotNull(deployments.reportBy));
      await context.db.update(deployments).set({ reportBy: new Date() }).where(waiting);
      await Promise.all([endSilentAttempts(context), endSilentAttempts(context)]);
    });
  }

  /** Expires a pending request now. Whichever job comes first records it. */
  async runOut(number: number): Promise<void> {
    await this.#moveEnd(number, "pending", new Date());
  }

  /** Moves a request's expiry close if it is still in this state. Two jobs notice it at the same time. */
  async near(number: number, state: RemindedState): Promise<void> {
    const expiresAt = new Date(Date.now() + nearMs);
    // Recorded first, because a replica's job may run before this statement returns.
    this.nearing.push({ number, state, expiresAt, at: Date.now() });
    if (!(await this.#moveEnd(number, state, expiresAt))) return;
    this.#figures.add(`brought near its end: ${state}`);
    const remind = () => remindDue(this.#context, this.#organizationId);
    await persist(() => Promise.all([remind(), remind()]));
  }

  /** Has the cards drawn again, since they say when a request expires. Idempotent. */
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

import { and, eq, isNull, ne } from "drizzle-orm";
import { deployments, outbox } from "../../../db/schema/index.ts";
import { expireOverdue } from "../../../src/usecases/requests/expire-request.ts";
import { lookFor } from "./wait.ts";
import type { ChaosWorld } from "./world.ts";

/** How long after the last fault everything must be delivered, in milliseconds. Includes the waits after failed attempts. */
const quietWithinMs = 240_000;

/** Stops all faults, records expired requests with two jobs at once, and waits until everything is delivered. */
export async function becomeQuiet(world: ChaosWorld, violations: string[]): Promise<void> {
  const { weather, balancer, replicas, database, say } = world;
  weather.clear();
  balancer.calm();
  say("the faults are over");
  const began = Date.now();
  await balancer.delivered();
  await replicas.allReady();
  const wake = () => void database.sql.notify("signoff_outbox", "chaos").catch(() => undefined);
  const context = { db: database.db, now: () => new Date(), wake };
  await world.read(() => Promise.all([expireOverdue(context), expireOverdue(context)]));
  if ((await endAttempts(world)) === undefined) violations.push("a deployment never ended");
  await world.slack.delivered();
  // Twice in a row, because a settled item may have added others.
  let quietLooks = 0;
  let looks = 0;
  const quiet = await lookFor(
    async () => {
      const open = await world.read(({ db }) => db.$count(outbox, waiting));
      quietLooks = open === 0 ? quietLooks + 1 : 0;
      if (looks++ % 40 === 39) await sayWhatIsOpen(world);
      return quietLooks >= 3 ? true : undefined;
    },
    quietWithinMs,
    250,
  );
  world.figures.add("seconds to quiet", Math.round((Date.now() - began) / 1000));
  if (quiet === undefined) violations.push(`it was not quiet ${quietWithinMs / 1000} s after the last fault`);
  say("quiet");
}

/** Lets the deploy site send its reports, and ends silent attempts. Returns undefined if an attempt never ends. */
async function endAttempts(world: ChaosWorld): Promise<true | undefined> {
  await world.site.said(quietWithinMs / 2);
  return lookFor(
    async () => {
      const running: { id: string }[] = await world.read(({ db }) =>
        db
          .select({ id: deployments.id })
          .from(deployments)
          .where(
            and(eq(deployments.organizationId, world.organizationId), eq(deployments.status, "in progress")),
          ),
      );
      for (const { id } of running) {
        if (world.site.attempts.get(id)?.behaviour === "stays silent") await world.clock.endSilence(id);
      }
      return running.length === 0 ? true : undefined;
    },
    quietWithinMs / 2,
    250,
  );
}

/** What must be delivered. The digest of settings changes waits for minutes on purpose. */
const waiting = and(isNull(outbox.settledAt), ne(outbox.key, "digest"));

async function sayWhatIsOpen({ read, say }: ChaosWorld): Promise<void> {
  const open = await read(({ db }) => db.select().from(outbox).where(isNull(outbox.settledAt)).limit(5));
  for (const { key, attempts, reason, availableAt, leasedUntil } of open) {
    say(
      `open: ${key}, attempt ${attempts}, due ${availableAt.toISOString()}, leased until ${leasedUntil?.toISOString()}: ${reason}`,
    );
  }
}

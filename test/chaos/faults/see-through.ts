import { and, desc, eq } from "drizzle-orm";
import { deployments } from "../../../db/schema/index.ts";
import type { StateName } from "../../../src/domain/requests/request.ts";
import type { Random } from "../run/random.ts";
import { lookFor } from "../run/wait.ts";
import type { ChaosWorld } from "../run/world.ts";

/** What happens to a request whose deployment failed. */
const afterFailure = { "try again": 70, "cancel it": 12, "leave it failed": 18 };

/** What happens to a request whose deployment went silent. */
const afterSilence = {
  "it spoke late": 40,
  "try again": 25,
  "try again, and the first one spoke late": 20,
  "leave it failed": 15,
};

const mostTries = 3;

/** What the requester sees and does. */
type Acts = { state(): Promise<StateName>; cancel(): Promise<void>; tryAgain(): Promise<void> };

/** Follows a promoted request until no attempt is running and nobody starts another one. */
export async function seeThrough(
  world: ChaosWorld,
  number: number,
  random: Random,
  acts: Acts,
): Promise<void> {
  let seen: string | undefined;
  for (let tries = 1; tries <= mostTries; tries++) {
    const attempt = await begun(world, number, seen, acts);
    if (attempt === undefined) return;
    seen = attempt;
    const silent = world.site.attempts.get(attempt)?.behaviour === "stays silent";
    const ended = await lookFor(
      async () => {
        if (silent) await world.clock.endSilence(attempt);
        const state = await acts.state();
        return state === "promoting" ? undefined : state;
      },
      60_000,
      200,
    );
    if (ended !== "failed") return;
    if (!(await actOnFailure(world, attempt, silent, random, acts))) {
      // Mostly left failed, so that its requester must be reminded.
      if (random.chance(0.5)) await world.clock.near(number, "failed");
      return;
    }
  }
}

/** Returns the attempt that the deploy site got after the given one; undefined if none started. */
async function begun(
  { site, organizationId, read }: ChaosWorld,
  number: number,
  seen: string | undefined,
  { state }: Acts,
): Promise<string | undefined> {
  const last = async () => {
    const rows: { id: string }[] = await read(({ db }) =>
      db
        .select({ id: deployments.id })
        .from(deployments)
        .where(and(eq(deployments.organizationId, organizationId), eq(deployments.requestNumber, number)))
        .orderBy(desc(deployments.sequence)),
    );
    return rows[0]?.id;
  };
  const found = await lookFor(
    async () => {
      const attempt = await last();
      if (attempt !== undefined && attempt !== seen && site.attempts.has(attempt)) return attempt;
      return (await state()) === "promoting" ? undefined : null;
    },
    30_000,
    200,
  );
  return found ?? undefined;
}

/** Does what people and the deploy site do after an attempt without success. Returns whether another attempt may start. */
async function actOnFailure(
  { site, figures }: ChaosWorld,
  attempt: string,
  silent: boolean,
  random: Random,
  { cancel, tryAgain }: Acts,
): Promise<boolean> {
  const story = silent ? random.weighted(afterSilence) : random.weighted(afterFailure);
  figures.add(`story: after ${silent ? "silence" : "a failure"}, ${story}`);
  switch (story) {
    case "it spoke late":
      await site.speak(attempt, random.chance(0.7) ? "succeeded" : "failed");
      return false;
    case "cancel it":
      await cancel();
      return false;
    case "leave it failed":
      return false;
    case "try again":
    case "try again, and the first one spoke late":
      await tryAgain();
      if (story !== "try again") await site.speak(attempt, "succeeded");
      return true;
  }
}

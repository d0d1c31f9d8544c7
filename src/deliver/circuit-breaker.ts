import { type Outage, type Provider, probeSlot, untilNextProbeMs } from "../domain/delivery/outages.ts";
import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Log } from "../lib/log.ts";
import { getOutage } from "../queries/delivery/get-outage.ts";
import { claimProbe } from "../usecases/delivery/claim-probe.ts";
import { pauseSending } from "../usecases/delivery/pause-sending.ts";
import { resumeSending } from "../usecases/delivery/resume-sending.ts";
import type { Context } from "../usecases/shared/context.ts";

type Postponed = Extract<Outcome, { kind: "postponed" }>;

/**
 * What a breaker says to an item. `send`: go ahead. `probe`: the provider rejected Signoff, and this item finds out
 * whether it still does. Otherwise the item waits.
 */
export type Entry = "send" | "probe" | Postponed;

/** Keeps items away from a provider while it rejects everything that Signoff sends. */
export type CircuitBreaker = {
  enter(organizationId: string): Promise<Entry>;
  /** Opens the breaker: the provider rejected Signoff itself, not this item. Returns the item's outcome. */
  refused(organizationId: string, reason: string): Promise<Postponed>;
  /** Closes the breaker after a successful probe. */
  accepted(organizationId: string): Promise<void>;
};

export type CircuitBreakerDeps = {
  context: Context;
  provider: Provider;
  /** Whether the provider accepts Signoff, if that can be found out without sending. Without it, an item is the probe. */
  ask?(organizationId: string): Promise<boolean>;
  log: Pick<Log, "info" | "error">;
  random?: () => number;
};

/** How long the breaker counts as closed until the database is asked again, in milliseconds: another replica may open it. */
const recheckMs = 1_000;

/** The most that is added to the wait for the next probe, in milliseconds, so that items do not all return together. */
const jitterMs = 5_000;

export function createCircuitBreaker(deps: CircuitBreakerDeps): CircuitBreaker {
  const { context, provider, ask, log, random = Math.random } = deps;
  const { now } = context;
  const startedAt = now();
  const closedUntil = new Map<string, number>();
  const probedSinceStart = new Set<string>();

  const wait = ({ reason, since }: Outage): Postponed => {
    const afterMs = untilNextProbeMs(provider, since, now()) + Math.round(random() * jitterMs);
    return { kind: "postponed", afterMs, reason };
  };

  /** This process may have started with a new key, so its first item after an earlier outage is always a probe. */
  const mayProbe = async (organizationId: string, { since }: Outage): Promise<boolean> => {
    const firstSinceStart = since < startedAt && !probedSinceStart.has(organizationId);
    probedSinceStart.add(organizationId);
    if (firstSinceStart) return true;
    const slot = probeSlot(provider, since, now());
    return slot !== null && claimProbe(context, organizationId, provider, slot);
  };

  const accepted = async (organizationId: string) => {
    const resumed = await resumeSending(context, organizationId, provider);
    if (resumed !== null) {
      log.info(
        { organizationId, provider, waited: resumed },
        "the provider accepts Signoff again; sending resumes",
      );
    }
  };

  return {
    accepted,
    enter: async (organizationId) => {
      if (performance.now() < (closedUntil.get(organizationId) ?? 0)) return "send";
      const outage = await getOutage(context.db, organizationId, provider);
      if (outage === undefined) {
        closedUntil.set(organizationId, performance.now() + recheckMs);
        return "send";
      }
      if (!(await mayProbe(organizationId, outage))) return wait(outage);
      if (ask === undefined) return "probe";
      if (!(await ask(organizationId))) return wait(outage);
      await accepted(organizationId);
      return "send";
    },
    refused: async (organizationId, reason) => {
      closedUntil.delete(organizationId);
      const outage = await pauseSending(context, organizationId, provider, reason);
      if (outage.fresh) {
        const facts = { organizationId, provider, reason };
        log.error(
          facts,
          "the provider refuses all that Signoff sends; sending pauses until it accepts Signoff again",
        );
      }
      return wait(outage);
    },
  };
}

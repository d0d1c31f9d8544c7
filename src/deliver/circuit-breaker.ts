import { type Outage, type Provider, probeSlot, untilNextProbeMs } from "../domain/delivery/outages.ts";
import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Log } from "../lib/log.ts";

type Postponed = Extract<Outcome, { kind: "postponed" }>;

/** `open`: send. `probe`: it refused us, and this one finds out whether it still does. Or else nothing may be tried now. */
export type Entry = "open" | "probe" | Postponed;

/** Stands before a far end, and lets nothing through while it refuses all that we send. */
export type CircuitBreaker = {
  enter(organizationId: string): Promise<Entry>;
  /** The far end refused us, not what was sent. Gives what becomes of the item. */
  refused(organizationId: string, reason: string): Promise<Postponed>;
  /** A probe was accepted. */
  accepted(organizationId: string): Promise<void>;
};

export type CircuitBreakerDeps = {
  provider: Provider;
  now(): Date;
  readStop(organizationId: string): Promise<Outage | undefined>;
  stop(organizationId: string, reason: string): Promise<Outage & { fresh: boolean }>;
  /** Gives how many items waited, null where nothing was stopped. */
  resume(organizationId: string): Promise<number | null>;
  /** Takes the probe of a moment, if no other replica has. */
  takeProbe(organizationId: string, slot: Date): Promise<boolean>;
  /** Asks the far end whether it accepts us, where that can be asked without sending; where not, an item is the probe. */
  ask?(organizationId: string): Promise<boolean>;
  log: Pick<Log, "info" | "error">;
  random?: () => number;
};

/** How long this process may go on before it looks again whether another one has found a far end closed, in milliseconds. */
const trustOpenMs = 1_000;

/** How much later than the probe the rest comes back, at most, in milliseconds. */
const jitterMs = 5_000;

export function createCircuitBreaker(parts: CircuitBreakerDeps): CircuitBreaker {
  const { provider, now, log, random = Math.random } = parts;
  const startedAt = now();
  const openUntil = new Map<string, number>();
  const asked = new Set<string>();

  const wait = ({ reason, since }: Outage): Postponed => {
    const afterMs = untilNextProbeMs(provider, since, now()) + Math.round(random() * jitterMs);
    return { kind: "postponed", afterMs, reason };
  };

  /** A process that was started since may have another key: its first try is a probe, whenever it comes. */
  const mayProbe = async (organizationId: string, { since }: Outage): Promise<boolean> => {
    const startedSince = since < startedAt && !asked.has(organizationId);
    asked.add(organizationId);
    if (startedSince) return true;
    const slot = probeSlot(provider, since, now());
    return slot !== null && parts.takeProbe(organizationId, slot);
  };

  const accepted = async (organizationId: string) => {
    const waited = await parts.resume(organizationId);
    if (waited !== null) log.info({ organizationId, provider, waited }, "a far end accepts us again");
  };

  return {
    accepted,
    enter: async (organizationId) => {
      if (performance.now() < (openUntil.get(organizationId) ?? 0)) return "open";
      const stop = await parts.readStop(organizationId);
      if (stop === undefined) {
        openUntil.set(organizationId, performance.now() + trustOpenMs);
        return "open";
      }
      if (!(await mayProbe(organizationId, stop))) return wait(stop);
      if (parts.ask === undefined) return "probe";
      if (!(await parts.ask(organizationId))) return wait(stop);
      await accepted(organizationId);
      return "open";
    },
    refused: async (organizationId, reason) => {
      openUntil.delete(organizationId);
      const stop = await parts.stop(organizationId, reason);
      if (stop.fresh) {
        const facts = { organizationId, provider, reason };
        log.error(
          facts,
          "a far end refuses all that is sent: nothing is tried there until it accepts us again",
        );
      }
      return wait(stop);
    },
  };
}

import { Gauge, type Registry } from "prom-client";
import type { Stats } from "../../db/delivery/stats.ts";

/** Returns the stats, or undefined if the database does not return them in time. */
export type ReadStats = () => Promise<Stats | undefined>;

type DatabaseGauges = {
  /** Reads the stats and sets the gauges. Without stats only `signoff_database_up` has a value. */
  refresh(): Promise<void>;
};

/**
 * Registers the gauges of what the database holds. Every replica shows the same values.
 *
 * @param kinds the kinds of outbox items that are shown as 0 when there are none
 */
export function databaseGauges(
  registry: Registry,
  readStats: ReadStats,
  kinds: ReadonlySet<string>,
): DatabaseGauges {
  const { up, ...gauges } = createGauges(registry);
  return {
    refresh: async () => {
      const stats = await readStats();
      for (const gauge of Object.values(gauges)) gauge.reset();
      up.set(stats === undefined ? 0 : 1);
      if (stats === undefined) return;
      setOutboxGauges(gauges, stats, kinds);
      setWarningGauges(gauges, stats);
      setJobAndRequestGauges(gauges, stats);
    },
  };
}

type Gauges = Omit<ReturnType<typeof createGauges>, "up">;

function createGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ registers: [registry], name, help, labelNames });
  return {
    up: gauge("signoff_database_up", "1 while the database answers the questions of this page, else 0."),
    items: gauge("signoff_outbox_items", "Open outbox items, by kind and state.", ["kind", "state"]),
    oldest: gauge(
      "signoff_outbox_oldest_seconds",
      "How long the oldest unsent outbox item has been due, by kind and whether somebody waits for it; 0 with none.",
      ["kind", "urgent"],
    ),
    dead: gauge("signoff_outbox_dead", "Outbox items that were given up within a day, by kind.", ["kind"]),
    warnings: gauge("signoff_warnings", "What the admins were told and is not mended, by what it is about.", [
      "about",
    ]),
    stopped: gauge(
      "signoff_sending_stopped",
      "1 while nothing is sent because the far end refuses our key.",
      ["service"],
    ),
    jobs: gauge(
      "signoff_job_last_slot_timestamp_seconds",
      "The last slot of a scheduled job that was taken.",
      ["job"],
    ),
    requests: gauge("signoff_requests_open", "Open promotion requests, by state.", ["state"]),
  };
}

function setOutboxGauges({ items, oldest, dead }: Gauges, stats: Stats, kinds: ReadonlySet<string>): void {
  for (const kind of kinds) {
    for (const urgent of ["true", "false"]) oldest.set({ kind, urgent }, 0);
    dead.set({ kind }, 0);
  }
  for (const { kind, count } of stats.dead) dead.set({ kind }, count);
  for (const { kind, state, items: count } of stats.queue) items.inc({ kind, state }, count);
  // Several rows share a label, so the oldest comes last and stays.
  const oldestLast = stats.queue.toSorted((a, b) => a.oldestSeconds - b.oldestSeconds);
  for (const { kind, state, urgent, oldestSeconds } of oldestLast) {
    if (state !== "scheduled") oldest.set({ kind, urgent: String(urgent) }, oldestSeconds);
  }
}

function setWarningGauges(gauges: Gauges, { warnings }: Stats): void {
  for (const { about, count } of warnings) gauges.warnings.set({ about }, count);
  for (const [service, subject] of Object.entries({ slack: "slack", resend: "email" })) {
    gauges.stopped.set({ service }, warnings.some(({ about }) => about === subject) ? 1 : 0);
  }
}

function setJobAndRequestGauges(gauges: Gauges, { jobs, requests }: Stats): void {
  for (const { job, slot } of jobs) gauges.jobs.set({ job }, slot);
  for (const state of ["pending", "approved", "promoting", "failed"]) gauges.requests.set({ state }, 0);
  for (const { state, count } of requests) gauges.requests.set({ state }, count);
}

import { Gauge, type Registry } from "prom-client";
import type { Stats } from "../../db/delivery/stats.ts";

/** Gives the stats, or undefined where the database does not give them in time. */
export type ReadFigures = () => Promise<Stats | undefined>;

type DatabaseGauges = { refresh(): Promise<void> };

/**
 * Gauges of what the database holds: they are the same from every replica. Without a database they are left out.
 *
 * @param kinds of outbox items that are shown even when there are none
 */
export function databaseGauges(
  registry: Registry,
  read: ReadFigures,
  kinds: ReadonlySet<string>,
): DatabaseGauges {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ registers: [registry], name, help, labelNames });
  const up = gauge("signoff_database_up", "1 while the database answers the questions of this page, else 0.");
  const items = gauge("signoff_outbox_items", "Open outbox items, by kind and state.", ["kind", "state"]);
  const oldest = gauge(
    "signoff_outbox_oldest_seconds",
    "How long the oldest unsent outbox item has been due, by kind and whether somebody waits for it; 0 with none.",
    ["kind", "urgent"],
  );
  const dead = gauge("signoff_outbox_dead", "Outbox items that were given up within a day, by kind.", [
    "kind",
  ]);
  const warnings = gauge(
    "signoff_warnings",
    "What the admins were told and is not mended, by what it is about.",
    ["about"],
  );
  const stopped = gauge(
    "signoff_sending_stopped",
    "1 while nothing is sent because the far end refuses our key.",
    ["service"],
  );
  const jobs = gauge(
    "signoff_job_last_slot_timestamp_seconds",
    "The last slot of a scheduled job that was taken.",
    ["job"],
  );
  const requests = gauge("signoff_requests_open", "Open promotion requests, by state.", ["state"]);

  const show = ({ queue, dead: givenUp, warnings: told, jobs: slots, requests: open }: Stats) => {
    for (const kind of kinds) {
      for (const urgent of ["true", "false"]) oldest.set({ kind, urgent }, 0);
      dead.set({ kind }, 0);
    }
    for (const { kind, count } of givenUp) dead.set({ kind }, count);
    for (const { kind, state, items: count } of queue) items.inc({ kind, state }, count);
    const longestLast = queue.toSorted((one, other) => one.oldestSeconds - other.oldestSeconds);
    for (const { kind, state, urgent, oldestSeconds } of longestLast) {
      if (state !== "scheduled") oldest.set({ kind, urgent: String(urgent) }, oldestSeconds);
    }
    for (const { about, count } of told) warnings.set({ about }, count);
    for (const [service, subject] of Object.entries({ slack: "slack", resend: "email" })) {
      stopped.set({ service }, told.some(({ about }) => about === subject) ? 1 : 0);
    }
    for (const { job, slot } of slots) jobs.set({ job }, slot);
    for (const state of ["pending", "approved", "promoting", "failed"]) requests.set({ state }, 0);
    for (const { state, count } of open) requests.set({ state }, count);
  };

  return {
    refresh: async () => {
      const stats = await read();
      for (const one of [items, oldest, dead, warnings, stopped, jobs, requests]) one.reset();
      up.set(stats === undefined ? 0 : 1);
      if (stats !== undefined) show(stats);
    },
  };
}

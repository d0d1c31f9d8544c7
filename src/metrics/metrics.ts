import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PoolStats } from "../../db/connection/connection-limit.ts";
import type { Verdict } from "../domain/requests/request.ts";
import { databaseGauges, type ReadStats } from "./database-gauges.ts";

/** The outcome of a review: `decided` approved or rejected the request, `repeated` changed nothing. */
type DecisionOutcome = "counted" | "decided" | "repeated" | "refused";

/** Times one call from Slack, from its arrival to its response. */
export type CallWatch = {
  /** Counts a review that was committed or refused. */
  reviewed(verdict: Verdict, outcome: DecisionOutcome): void;
  /** Counts the response to Slack. Only the first one counts. */
  answered(result: CallResult): void;
};

/** `late`: no listener acknowledged in time. `failed`: a listener failed, or there is none. */
type CallResult = "acknowledged" | "late" | "failed";

/** Why a person was told that something went wrong. Nothing changed, except perhaps after `late` and `unknown`. */
export type FaultReason = "busy" | "late" | "unknown" | "failed";

/**
 * Why a request to `/slack/events` is refused before a listener sees it. `clock`: Slack signed it, and its time differs too
 * much from this machine's.
 */
const earlyRefusals = ["signature", "clock", "body", "size", "time"] as const;

export type EarlyRefusal = (typeof earlyRefusals)[number];

/** How an attempt of an outbox item ended. `lost`: it took longer than its lease. `again`: the item changed during it. */
type AttemptOutcome = "done" | "later" | "postponed" | "retry" | "dead" | "again" | "lost";

/** The metrics of one app. Two apps in one process share nothing. */
export type Metrics = {
  /** Starts timing a call. @param what the `type` of Slack's body, or `command` */
  watch(what: string): CallWatch;
  faulted(reason: FaultReason): void;
  /** Counts a request to `/slack/events` that was refused before a listener saw it. */
  refused(reason: EarlyRefusal): void;
  attempted(kind: string, outcome: AttemptOutcome): void;
  /** Counts a 429 response. */
  rateLimited(service: "slack" | "resend", method: string): void;
  /** Shows these kinds of outbox items as 0 before the first one: Prometheus sees no increase if a counter starts at 1. */
  expectKinds(kinds: readonly string[]): void;
  /** Returns the page in Prometheus' text format. It waits for the database as long as `readStats` does. */
  read(): Promise<string>;
  contentType: string;
};

type MetricsDeps = {
  pool: () => PoolStats;
  /** Reads the stats of the database. It must not reject and must not take long. */
  readStats: ReadStats;
};

/** In seconds, up to the 3 s that Slack waits: https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
const answerBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3];

/** The `type` of Slack's bodies, which commands lack. Other values become `other`, to keep the number of labels small. */
const callTypes = ["command", "block_actions", "block_suggestion", "view_submission", "event_callback"];

/** Creates the registry and its metrics: https://prometheus.io/docs/practices/naming/ */
export function createMetrics({ pool, readStats }: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  poolGauges(registry, pool);
  const kindsShown = new Set<string>();
  const database = databaseGauges(registry, readStats, kindsShown);
  const { watch } = callMetrics(registry);
  const { attempts, rateLimits, faults, refusals } = createCounters(registry);
  return {
    watch,
    faulted: (reason) => faults.inc({ reason }),
    refused: (reason) => refusals.inc({ reason }),
    attempted: (kind, outcome) => attempts.inc({ kind, outcome }),
    rateLimited: (service, method) => rateLimits.inc({ service, method }),
    expectKinds: (kinds) => {
      for (const kind of kinds) {
        kindsShown.add(kind);
        for (const outcome of ["done", "retry", "dead"]) attempts.inc({ kind, outcome }, 0);
      }
    },
    read: async () => {
      await database.refresh();
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function createCounters(registry: Registry) {
  const registers = [registry];
  const faults = new Counter({
    registers,
    name: "signoff_slack_faults_total",
    help: "People who were told that something went wrong, by reason; of late and unknown the outcome is not known.",
    labelNames: ["reason"],
  });
  for (const reason of ["busy", "late", "unknown", "failed"]) faults.inc({ reason }, 0);
  const refusals = new Counter({
    registers,
    name: "signoff_slack_refused_total",
    help: "Requests to /slack/events that were refused before a listener saw them, by reason.",
    labelNames: ["reason"],
  });
  for (const reason of earlyRefusals) refusals.inc({ reason }, 0);
  return {
    faults,
    refusals,
    attempts: new Counter({
      registers,
      name: "signoff_outbox_attempts_total",
      help: "Attempts of outbox items, by kind and how they ended; retry will be tried again, dead never.",
      labelNames: ["kind", "outcome"],
    }),
    rateLimits: new Counter({
      registers,
      name: "signoff_rate_limits_total",
      help: "Answers 429 of Slack and Resend, by method.",
      labelNames: ["service", "method"],
    }),
  };
}

function callMetrics(registry: Registry) {
  const registers = [registry];
  const answers = new Histogram({
    registers,
    name: "signoff_slack_answer_seconds",
    help: "From the arrival of a call of Slack's to its answer, by what it is and how it ended.",
    labelNames: ["what", "result"],
    buckets: answerBuckets,
  });
  const decisions = new Counter({
    registers,
    name: "signoff_reviews_total",
    help: "Reviews that people gave, by verdict and what became of them; decided ones approved or rejected a request.",
    labelNames: ["verdict", "outcome"],
  });
  const seconds = new Histogram({
    registers,
    name: "signoff_review_seconds",
    help: "From the arrival of a review to its commit and to Slack's answer.",
    labelNames: ["step"],
    buckets: answerBuckets,
  });
  const watch = (type: string): CallWatch => {
    const what = callTypes.includes(type) ? type : "other";
    const startedAt = performance.now();
    const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
    let open = true;
    let reviewed = false;
    return {
      reviewed: (verdict, outcome) => {
        reviewed = true;
        decisions.inc({ verdict, outcome });
        seconds.observe({ step: "committed" }, elapsedSeconds());
      },
      answered: (result) => {
        if (!open) return;
        open = false;
        answers.observe({ what, result }, elapsedSeconds());
        if (reviewed && result === "acknowledged")
          seconds.observe({ step: "acknowledged" }, elapsedSeconds());
      },
    };
  };
  return { watch };
}

function poolGauges(registry: Registry, pool: () => PoolStats): void {
  const gauge = (name: string, help: string, value: (stats: PoolStats) => number) =>
    new Gauge({
      registers: [registry],
      name,
      help,
      collect() {
        this.set(value(pool()));
      },
    });
  gauge("signoff_pool_in_use", "Database connections in use.", (stats) => stats.inUse);
  gauge("signoff_pool_limit", "Database connections that may be in use at once.", (stats) => stats.limit);
  gauge(
    "signoff_pool_waiting",
    "Transactions and reads that wait for a connection.",
    (stats) => stats.waiting,
  );
  let counted = 0;
  new Counter({
    registers: [registry],
    name: "signoff_pool_refused_total",
    help: "Transactions and reads that were refused because no connection became free in time.",
    collect() {
      const { refused } = pool();
      this.inc(refused - counted);
      counted = refused;
    },
  });
}

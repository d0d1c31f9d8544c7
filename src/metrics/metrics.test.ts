import { expect, test } from "vitest";
import type { Stats } from "../../db/delivery/stats.ts";
import { createMetrics } from "./metrics.ts";

const stats: Stats = {
  queue: [
    { kind: "draw-card", state: "retrying", urgent: true, items: 1, oldestSeconds: 400 },
    { kind: "draw-card", state: "due", urgent: true, items: 3, oldestSeconds: 12 },
    { kind: "draw-card", state: "due", urgent: false, items: 5, oldestSeconds: 900 },
    { kind: "send-email", state: "scheduled", urgent: true, items: 2, oldestSeconds: 0 },
  ],
  dead: [{ kind: "draw-card", count: 2 }],
  warnings: [
    { about: "slack", count: 1 },
    { about: "address", count: 2 },
  ],
  jobs: [{ job: "expire", slot: 1_790_000_000 }],
  requests: [{ state: "pending", count: 5 }],
};

function metrics() {
  let read: Stats | undefined = stats;
  const made = createMetrics({
    pool: () => ({ inUse: 4, waiting: 2, limit: 10, refused: 7 }),
    readStats: async () => read,
  });
  return {
    ...made,
    lose: () => {
      read = undefined;
    },
    lines: async () => (await made.read()).split("\n"),
  };
}

test("it shows what the database holds, and the oldest that is due of each kind", async () => {
  const made = metrics();
  made.expectKinds(["draw-card", "deploy"]);
  const lines = await made.lines();
  for (const line of [
    "signoff_database_up 1",
    'signoff_outbox_items{kind="draw-card",state="due"} 8',
    'signoff_outbox_items{kind="send-email",state="scheduled"} 2',
    'signoff_outbox_oldest_seconds{kind="draw-card",urgent="true"} 400',
    'signoff_outbox_oldest_seconds{kind="draw-card",urgent="false"} 900',
    'signoff_outbox_oldest_seconds{kind="deploy",urgent="true"} 0',
    'signoff_outbox_dead{kind="draw-card"} 2',
    'signoff_outbox_dead{kind="deploy"} 0',
    'signoff_sending_stopped{service="slack"} 1',
    'signoff_sending_stopped{service="resend"} 0',
    'signoff_warnings{about="address"} 2',
    'signoff_job_last_slot_timestamp_seconds{job="expire"} 1790000000',
    'signoff_requests_open{state="pending"} 5',
    'signoff_requests_open{state="failed"} 0',
    "signoff_pool_in_use 4",
    "signoff_pool_waiting 2",
    "signoff_pool_refused_total 7",
  ]) {
    expect(lines).toContain(line);
  }
});

test("without the database it shows nothing old", async () => {
  const made = metrics();
  await made.read();
  made.lose();
  const lines = await made.lines();
  expect(lines).toContain("signoff_database_up 0");
  expect(lines.filter((line) => /^signoff_(outbox_|requests|warnings|job|sending)/.test(line))).toEqual([]);
});

test("a refusal counts once, however often it is scraped", async () => {
  const made = metrics();
  await made.read();
  expect(await made.lines()).toContain("signoff_pool_refused_total 7");
});

test("a call that was late is not counted as acknowledged when its listener answers at last", async () => {
  const made = metrics();
  const watch = made.watch("block_actions");
  watch.answered("late");
  watch.reviewed("approve", "decided");
  watch.answered("acknowledged");
  const lines = await made.lines();
  expect(lines).toContain('signoff_slack_answer_seconds_count{what="block_actions",result="late"} 1');
  expect(lines.filter((line) => line.includes('result="acknowledged"'))).toEqual([]);
  expect(lines).toContain('signoff_review_seconds_count{step="committed"} 1');
  expect(lines.filter((line) => line.includes('step="acknowledged"'))).toEqual([]);
});

test("what Slack sends under a name that we do not know is not a label of its own", async () => {
  const made = metrics();
  made.watch("something_new").answered("failed");
  expect(await made.lines()).toContain('signoff_slack_answer_seconds_count{what="other",result="failed"} 1');
});

test("two in one process count for themselves", async () => {
  const [one, other] = [metrics(), metrics()];
  one.faulted("late");
  expect(await one.lines()).toContain('signoff_slack_faults_total{reason="late"} 1');
  expect(await other.lines()).toContain('signoff_slack_faults_total{reason="late"} 0');
});

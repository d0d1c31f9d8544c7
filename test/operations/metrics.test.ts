import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { mailProxy } from "../support/mail-proxy.ts";
import { eventually, startTestStack, type TestStack } from "../support/test-stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ proxied: true });
});
afterAll(() => stack?.stop());
beforeEach(() => stack.slack.faults.clear());

type Page = { status: number; text: string; value(sample: string): number | undefined };

/** The metrics that Prometheus gets. `value` is a sample's value as written there. */
async function scrape(): Promise<Page> {
  const response = await fetch(`${stack.botUrl}/metrics`);
  const text = await response.text();
  const samples = new Map(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );
  return { status: response.status, text, value: (sample) => samples.get(sample) };
}

/** The database metrics are cached for one second. */
const shows = (sample: string, matches: (value: number | undefined) => boolean) =>
  eventually(async () => {
    const value = (await scrape()).value(sample);
    if (!matches(value)) throw new Error(`${sample} is ${value}`);
  });

test("every metric that alerts use exists from the start, as 0", async () => {
  const { value, text } = await scrape();
  expect(value("signoff_database_up")).toBe(1);
  for (const kind of ["request-changed", "draw-card", "send-message", "send-email", "deploy"]) {
    expect([kind, value(`signoff_outbox_attempts_total{kind="${kind}",outcome="dead"}`)]).toEqual([kind, 0]);
    expect([kind, value(`signoff_outbox_oldest_seconds{kind="${kind}",urgent="true"}`)]).toEqual([kind, 0]);
  }
  for (const service of ["slack", "resend"])
    expect(value(`signoff_sending_stopped{service="${service}"}`)).toBe(0);
  for (const reason of ["busy", "late", "unknown", "failed"]) {
    expect(value(`signoff_slack_faults_total{reason="${reason}"}`)).toBe(0);
  }
  expect(value("signoff_pool_limit")).toBe(10);
  expect(value("signoff_pool_refused_total")).toBe(0);
  expect(text).toContain("nodejs_eventloop_lag_p99_seconds");
  expect(text).toContain("process_resident_memory_bytes");
});

test("a review counts by what became of it, and how long it took to its commit and to Slack's answer", async () => {
  await stack.request("dana", "orders-sync");
  const card = stack.cardOf("carol");
  await stack.press("bob", "approve_request");
  await stack.slack.click(stack.id("carol"), card, { actionId: "approve_request" });
  await stack.settle();
  const { value } = await scrape();
  expect(value('signoff_reviews_total{verdict="approve",outcome="decided"}')).toBe(1);
  expect(value('signoff_reviews_total{verdict="approve",outcome="refused"}')).toBe(1);
  for (const step of ["committed", "acknowledged"]) {
    expect(value(`signoff_review_seconds_count{step="${step}"}`)).toBe(2);
    expect(value(`signoff_review_seconds_bucket{le="3",step="${step}"}`)).toBe(2);
  }
  expect(value('signoff_slack_answer_seconds_count{what="block_actions",result="acknowledged"}')).toBe(2);
  expect(value('signoff_outbox_attempts_total{kind="draw-card",outcome="done"}')).toBeGreaterThan(2);
  await shows('signoff_requests_open{state="approved"}', (count) => count === 1);
});

test("what Slack refuses shows as retrying, and as old as it is", async () => {
  stack.slack.faults.fail("chat.postMessage", { status: 503 }, 1_000);
  await stack.slack.command(stack.id("dana"), "/promote inventory-feed");
  await stack.slack.submit(stack.id("dana"), {});
  await shows('signoff_outbox_items{kind="draw-card",state="retrying"}', (count) => (count ?? 0) > 0);
  await shows('signoff_outbox_oldest_seconds{kind="draw-card",urgent="true"}', (age) => (age ?? 0) > 0.1);
  expect(
    (await scrape()).value('signoff_outbox_attempts_total{kind="draw-card",outcome="retry"}'),
  ).toBeGreaterThan(0);
  stack.slack.faults.clear();
  await shows('signoff_outbox_items{kind="draw-card",state="retrying"}', (count) => count === undefined);
});

test("a 429 counts for its method", async () => {
  await stack.settle();
  stack.slack.faults.rateLimit("chat.update", 1);
  await stack.press("bob", "approve_request");
  const sample = 'signoff_rate_limits_total{service="slack",method="chat.update"}';
  await shows(sample, (count) => count === 1);
  await stack.settle();
});

test("a 429 of Resend counts too, in a new process from 0", async () => {
  const mail = await mailProxy(stack.mail.url);
  onTestFinished(() => mail.stop());
  await stack.restartWith({ RESEND_BASE_URL: mail.url });
  mail.fail(429);
  await stack.slack.command(stack.id("dana"), "/promote commerce/billing");
  await stack.slack.submit(stack.id("dana"), {});
  const sample = 'signoff_rate_limits_total{service="resend",method="emails.send"}';
  await shows(sample, (count) => count === 1);
  expect(
    (await scrape()).value('signoff_reviews_total{verdict="approve",outcome="decided"}'),
  ).toBeUndefined();
  await stack.settle();
});

test("docs/operations.md has every metric and an alert for each, and no alert looks at one that is not there", async () => {
  const { text } = await scrape();
  const ours = new Set([...text.matchAll(/^# TYPE (signoff_\w+)/gm)].map(([, name = ""]) => name));
  const words = await readFile(new URL("../../docs/operations.md", import.meta.url), "utf8");
  const rules = parse(/```yaml\n(groups:[\s\S]*?)```/.exec(words)?.[1] ?? "") as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
  };
  const alerts = rules.groups.flatMap((group) => group.rules);
  const named = (expr: string) =>
    [...expr.matchAll(/signoff_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, ""));
  const watched = new Set(alerts.flatMap(({ expr }) => named(expr)));
  expect([...ours].sort()).toEqual([...watched].sort());
  for (const name of ours) expect(words).toContain(`| \`${name}\``);
  for (const { alert, annotations } of alerts) {
    expect(annotations.summary).not.toBe("");
    expect(words).toContain(`**${alert}**`);
  }
});

test("with the database away the process is still measured, at once, and its figures are left out", async () => {
  await stack.proxy.down();
  await shows("signoff_database_up", (up) => up === 0);
  await stack.press("bob", "open_details");
  const began = performance.now();
  const { status, value, text } = await scrape();
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(status).toBe(200);
  expect(value('signoff_slack_faults_total{reason="failed"}')).toBeGreaterThan(0);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(0);
  expect(text).not.toContain("signoff_requests_open{");
  await stack.proxy.up();
  await shows("signoff_database_up", (up) => up === 1);
});

import type postgres from "postgres";

/**
 * What an open item waits for. `leased`: a worker is processing it. `due`: it can be processed now. `retrying`: an
 * attempt failed. `postponed`: the provider is rate-limiting or down. `scheduled`: its time has not come.
 */
export type ItemState = "leased" | "due" | "retrying" | "postponed" | "scheduled";

/** What the database reports for monitoring, over all organizations. */
export type Stats = {
  /** Open items. `urgent`: somebody is waiting. `oldestSeconds`: since the oldest of them was due; 0 for scheduled items. */
  queue: { kind: string; state: ItemState; urgent: boolean; items: number; oldestSeconds: number }[];
  /** Items that failed for good within the last 24 hours. */
  dead: { kind: string; count: number }[];
  /**
   * Problems that the admins were told about, by the part of the subject before the colon: `slack`, `email`, `request`.
   * A refusal counts once, not again as the warning about it.
   */
  warnings: { about: string; count: number }[];
  /** The last slot of each scheduled job, in seconds since 1970; the oldest of all organizations. */
  jobs: { job: string; slot: number }[];
  /** Open requests by state. */
  requests: { state: string; count: number }[];
};

/** The most open items to count. A longer queue is reported as this long, so that counting it stays cheap. */
const mostItems = 100_000;

/**
 * Reads the stats in one read-only transaction. It uses only the indexes of open and failed items, so sent items cost
 * nothing.
 *
 * @param client not the one that Drizzle uses, whose connections may all be in use when the stats matter most
 * @param timeoutMs the time limit of the statement, in milliseconds; the database's error is thrown when it is exceeded
 */
export async function readStats(client: postgres.Sql, timeoutMs: number): Promise<Stats> {
  const [, row] = await client.begin("read only", (tx) => [
    tx`select set_config('statement_timeout', ${String(timeoutMs)}, true)`,
    tx<Stats[]>`
      with open as materialized (
        select kind, priority = 0 as urgent, attempts, reason, available_at, created_at,
          coalesce(leased_until > now(), false) as leased, available_at <= now() as due
        from outbox where settled_at is null order by available_at limit ${mostItems}
      ), classified as (
        select kind, urgent,
          case when leased then 'leased' when attempts > 0 then 'retrying' when due then 'due'
            when reason is not null then 'postponed' else 'scheduled' end as state,
          -- A first attempt is as old as the time since it was due, a later one as old as the item.
          case when attempts > leased::int or reason is not null then created_at else available_at end as since
        from open
      )
      select
        (select coalesce(json_agg(each), '[]') from (
          select kind, state, urgent, count(*)::int as items,
            greatest(0, extract(epoch from now() - min(since)))::float8 as "oldestSeconds"
          from classified group by kind, state, urgent) as each) as queue,
        (select coalesce(json_agg(each), '[]') from (
          select kind, count(*)::int from outbox
          where outcome = 'dead' and settled_at is not null and settled_at > now() - interval '1 day' group by kind) as each) as dead,
        (select coalesce(json_agg(each), '[]') from (
          select split_part(subject, ':', 1) as about, count(*)::int from warnings
          where subject not like 'told:%' group by 1) as each) as warnings,
        (select coalesce(json_agg(each), '[]') from (
          select job, extract(epoch from min(slot))::float8 as slot from job_slots group by job) as each) as jobs,
        (select coalesce(json_agg(each), '[]') from (
          select state, count(*)::int from requests
          where state in ('pending', 'approved', 'promoting', 'failed') group by state) as each) as requests`,
  ]);
  const [stats] = row ?? [];
  if (stats === undefined) throw new Error("The database returned no stats");
  return stats;
}

import type postgres from "postgres";

/**
 * What an open item waits for. `leased`: it is being tried. `due`: it can be tried now. `retrying`: a try failed.
 * `postponed`: the far end wants no more for now. `scheduled`: its time has not come.
 */
export type ItemState = "leased" | "due" | "retrying" | "postponed" | "scheduled";

/** What the database tells the operations engineer, of all organizations. */
export type Stats = {
  /** Open items; `urgent`: somebody waits for them; `oldestSeconds` since the first of them was due, 0 for those that are scheduled. */
  queue: { kind: string; state: ItemState; urgent: boolean; items: number; oldestSeconds: number }[];
  /** What was given up within a day. */
  dead: { kind: string; count: number }[];
  /** What the admins were told is amiss, by the part of the subject before its colon: `slack`, `email`, `request` … What is told
   * of a refusal is not counted again. */
  warnings: { about: string; count: number }[];
  /** The last slot of each scheduled job, in seconds since 1970. */
  jobs: { job: string; slot: number }[];
  /** Requests that are open, by state. */
  requests: { state: string; count: number }[];
};

/** As many open items are counted. A longer queue is told as this long, so that counting it never adds to its trouble. */
const mostItems = 100_000;

/**
 * Reads the stats in one read-only transaction, from indexes of what is open and of what was given up: what was sent
 * costs nothing, however much it is.
 *
 * @param client not drizzle's: its connections may all be in use just when the stats matter
 * @param timeoutMs the most that the statement may take
 */
export async function readStats(client: postgres.Sql, timeoutMs: number): Promise<Stats> {
  const [, row] = await client.begin("read only", (tx) => [
    tx`select set_config('statement_timeout', ${String(timeoutMs)}, true)`,
    tx<Stats[]>`
      with open as materialized (
        select kind, priority = 0 as urgent, attempts, reason, available_at, created_at,
          coalesce(leased_until > now(), false) as leased, available_at <= now() as due
        from outbox where settled_at is null order by available_at limit ${mostItems}
      ), told as (
        select kind, urgent,
          case when leased then 'leased' when attempts > 0 then 'retrying' when due then 'due'
            when reason is not null then 'postponed' else 'scheduled' end as state,
          -- A first try counts from when it was due, a later one from the beginning.
          case when attempts > leased::int or reason is not null then created_at else available_at end as since
        from open
      )
      select
        (select coalesce(json_agg(each), '[]') from (
          select kind, state, urgent, count(*)::int as items,
            greatest(0, extract(epoch from now() - min(since)))::float8 as "oldestSeconds"
          from told group by kind, state, urgent) as each) as queue,
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
  if (stats === undefined) throw new Error("The database gave no stats");
  return stats;
}

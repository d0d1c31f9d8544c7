import type postgres from "postgres";
import type { Row } from "./stats.ts";

/** Tables that grow over the years, which no statement may scan sequentially. */
const large = ["requests", "integrations", "reviews", "outbox", "audit_log", "deployments"];

/** An executed statement and the tables that its plan scans sequentially. */
type Plan = { query: string; plan: string; scanned: string[]; ms: number };

/**
 * Makes the server log the plan of every statement on new connections, including those of triggers.
 * https://www.postgresql.org/docs/current/auto-explain.html
 */
export async function tellPlans(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  const settings = {
    session_preload_libraries: "'auto_explain'",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_nested_statements": "on",
  };
  // The library must be loaded before its settings exist.
  await sql`load 'auto_explain'`;
  for (const [name, value] of Object.entries(settings)) {
    await sql.unsafe(`alter database ${row?.name} set ${name} = ${value}`);
  }
}

/** Reads the plans in a server's log. Continuation lines of an entry start with a tab. */
export function readPlans(log: string): Plan[] {
  const entries = log.split(/\n(?!\t)/).filter((entry) => entry.includes("  plan:\n\tQuery Text: "));
  return entries.map((entry) => {
    const text = entry.slice(entry.indexOf("Query Text: ") + "Query Text: ".length);
    const lines = text.split("\n");
    const first = lines.findIndex((line) => /\((cost|actual)[= ]/.test(line));
    const [query, plan] = [lines.slice(0, first), lines.slice(first)].map((part) => part.join("\n"));
    const scanned = [...(plan ?? "").matchAll(/Seq Scan on (?:public\.)?"?(\w+)/g)].map(
      ([, name]) => name ?? "",
    );
    const statement = (query ?? "").replace(/;?\s*Query Parameters: .*$/s, "").replace(/\s+/g, " ");
    return {
      query: statement,
      plan: plan ?? "",
      scanned,
      ms: Number(/duration: ([\d.]+) ms/.exec(entry)?.[1]),
    };
  });
}

/** Returns the row with the result. The details name the bad plans. */
export function planRows(plans: readonly Plan[]): { rows: Row[]; details: string[] } {
  const statements = new Map(plans.map((plan) => [`${plan.query} ${plan.scanned}`, plan]));
  const wrong = [...statements.values()].filter(({ scanned }) =>
    scanned.some((name) => large.includes(name)),
  );
  const fine = new Set(plans.flatMap(({ scanned }) => scanned).filter((name) => !large.includes(name)));
  const small =
    fine.size === 0
      ? "of no other table either"
      : `of others, small as they are: ${[...fine].sort().join(", ")}`;
  const row: Row = {
    section: "reads",
    what: `sequential scans of ${large.join(", ")}`,
    result: wrong.length === 0 ? "**none**" : `**${wrong.length} statements**`,
    note: `${plans.length.toLocaleString("en-US")} plans of ${new Set(plans.map(({ query }) => query)).size} statements; ${small}`,
  };
  return {
    rows: [row],
    details: [...slowest(plans), ...wrong.map(({ query, plan }) => `Sequential scan: ${query}\n${plan}`)],
  };
}

/** Returns the five slowest statements on average, each with its last plan. */
function slowest(plans: readonly Plan[]): string[] {
  const byQuery = new Map<string, Plan[]>();
  for (const plan of plans) byQuery.set(plan.query, [...(byQuery.get(plan.query) ?? []), plan]);
  const averages = [...byQuery.values()].map((same) => ({
    ms: same.reduce((sum, { ms }) => sum + ms, 0) / same.length,
    times: same.length,
    last: same.at(-1) as Plan,
  }));
  const slow = averages.sort((a, b) => b.ms - a.ms).slice(0, 5);
  return slow.map(({ ms, times, last }) => `${ms.toFixed(2)} ms × ${times}: ${last.query}\n${last.plan}`);
}

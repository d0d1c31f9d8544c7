import type postgres from "postgres";
import { buttonFor } from "../buttons.ts";
import { type Bench, type Listener, send, startBot } from "../listeners.ts";
import { approveClick, reviewerId } from "../payloads.ts";
import { type Child, startChild } from "../process.ts";
import { seed } from "../seed.ts";
import { formatNumber, median, quantile, type Row } from "../stats.ts";

const reviewers = 10;
const perRound = 10;

type Setup = { sql: postgres.Sql; bot: Listener; providers: Child; load: Child };

/**
 * Measures the time from a click on Approve to the update of the last of ten review cards. The Slack stand-in
 * responds immediately. Each click waits until the effects of the previous one are done.
 */
export async function cards(bench: Bench): Promise<Row[]> {
  const { url, sql } = await bench.cluster.database("cards");
  const pending = perRound * (bench.rounds + 1);
  await seed(sql, { integrations: pending, reviewers, pending, past: 0 });
  await post(sql);
  const { bot, providers, stop } = await startBot(url);
  const load = startChild("load.ts");
  const times: { acked: number[]; drawn: number[] } = { acked: [], drawn: [] };
  try {
    await bot.ask("idle");
    for (let number = 1; number <= pending; number++) {
      const { acked, drawn } = await decide({ sql, bot, providers, load }, number);
      if (number <= perRound) continue;
      times.acked.push(acked);
      times.drawn.push(drawn);
    }
    bench.say(`cards: ${times.drawn.length} decisions`);
  } finally {
    await Promise.all([stop(), load.stop()]);
  }
  const row = (what: string, values: readonly number[]): Row => ({
    section: "cards",
    what,
    result: `${formatNumber(median(values))} ms`,
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
  });
  return [
    row("click to its ack, deliveries running", times.acked),
    row("click to the last of 10 review cards (11 messages with the requester's)", times.drawn),
  ];
}

async function decide(
  { sql, bot, providers, load }: Setup,
  number: number,
): Promise<{ acked: number; drawn: number }> {
  const counts = await providers.ask<Record<string, number>>("counts");
  const count = (counts["chat.update"] ?? 0) + reviewers + 1;
  const last = providers.ask<number>("reached", { method: "chat.update", count });
  const bodies = [approveClick(await buttonFor(sql, { number, userId: reviewerId(0) }))];
  const { startedAt, elapsedMs } = await send(load, { port: bot.port, inFlight: 1, bodies });
  const drawn = (await last) - startedAt;
  await bot.ask("idle");
  const [row] = await sql`
    select count(*)::int as shown from cards where request_number = ${number} and drawn_version = 2`;
  if (row?.formatNumber !== reviewers + 1)
    throw new Error(`#${number}: ${row?.formatNumber} cards show the decision`);
  return { acked: elapsedMs, drawn };
}

/** Adds a card for each reviewer and one for the requester, as if they had been posted. */
async function post(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into cards (organization_id, id, request_number, recipient_id, kind, channel, ts, drawn_version)
    select q.organization_id, gen_random_uuid(), q.number, m.id,
      case when m.id = q.requester_id then 'own' else 'review' end, 'D0' || m.id, '1700000000.' || q.number, 1
    from requests q join members m on m.organization_id = q.organization_id`;
}

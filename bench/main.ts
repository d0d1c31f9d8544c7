import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Cluster, startCluster } from "./cluster.ts";
import type { Bench, Section } from "./listeners.ts";
import { cards } from "./sections/cards.ts";
import { decision } from "./sections/decision.ts";
import { memory } from "./sections/memory.ts";
import { outbox } from "./sections/outbox.ts";
import { reads } from "./sections/reads.ts";
import { start } from "./sections/start.ts";
import { submit } from "./sections/submit.ts";
import { waiting } from "./sections/waiting.ts";
import { type Row, table } from "./stats.ts";

const sections: Record<string, Section> = { decision, submit, outbox, cards, waiting, reads, start, memory };

const usage = `npm run bench -- [${Object.keys(sections).join(" ")}] [--rounds 7] [--minutes 10] [--past 1000000] [--out FILE] [--profile FOLDER]`;

/** Measures the named sections, or all of them, and prints one table. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "7" },
      minutes: { type: "string", default: "10" },
      past: { type: "string", default: "1000000" },
      out: { type: "string" },
      profile: { type: "string" },
    },
  });
  const chosen = positionals.length === 0 ? Object.keys(sections) : positionals;
  const rounds = Number(values.rounds);
  const minutes = Number(values.minutes);
  const past = Number(values.past);
  const unknown = chosen.find((name) => sections[name] === undefined);
  if (unknown !== undefined || !(rounds >= 1) || !(minutes > 0) || !(past >= 100))
    throw new Error(`Usage: ${usage}`);
  const profile = values.profile === undefined ? null : resolve(values.profile);
  if (profile !== null) await mkdir(profile, { recursive: true });
  const cluster = await startCluster();
  // Ctrl-C reaches the child processes, but not the server, which has its own session.
  process.once("SIGINT", () => void cluster.stop().finally(() => process.exit(130)));
  try {
    const say = (words: string) => void process.stderr.write(`${words}\n`);
    const text = await measure(chosen, { cluster, rounds, minutes, past, profile, say });
    process.stdout.write(`${text}\n`);
    if (values.out !== undefined) await writeFile(values.out, `${text}\n`);
  } finally {
    await cluster.stop();
  }
}

async function measure(chosen: readonly string[], bench: Bench): Promise<string> {
  const rows: Row[] = [];
  for (const name of chosen) rows.push(...((await sections[name]?.(bench)) ?? []));
  return [await heading(bench.cluster, bench.rounds), "", table(rows)].join("\n");
}

const heading = async (cluster: Cluster, rounds: number): Promise<string> =>
  `${await cluster.machine()}. ${new Date().toISOString().slice(0, 10)}, ${rounds} rounds, medians of them.`;

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});

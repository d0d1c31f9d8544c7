import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Bench, environment } from "../listeners.ts";
import { startChild } from "../process.ts";
import { formatNumber, median, quantile, type Row } from "../stats.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Measures the time from the start of `node dist/src/bin/main.js`, newly built, on a migrated database, to
 * the log line that it listens.
 */
export async function start(bench: Bench): Promise<Row[]> {
  const { url } = await bench.cluster.database("start");
  const providers = startChild("providers.ts");
  const providersPort = await providers.ask<number>("listen");
  const place = await mkdtemp(join(tmpdir(), "signoff-bench-start-"));
  const times: number[] = [];
  try {
    await build(place);
    const env = { ...environment(url, providersPort), LOG_LEVEL: "info" };
    // The first start fills the disk cache and does not count.
    for (let i = 0; i <= Math.max(7, bench.rounds); i++) times.push(await startOnce(place, env));
  } finally {
    await rm(place, { recursive: true, force: true });
    await providers.stop();
  }
  const counted = times.slice(1);
  bench.say(`start: ${counted.map((ms) => Math.round(ms)).join(", ")} ms`);
  const note = `median of ${counted.length}, built, on a migrated database`;
  const what = "cold start to listening";
  return [
    {
      section: "start",
      what,
      result: `${formatNumber(median(counted))} ms`,
      p50: median(counted),
      p99: quantile(counted, 0.99),
      note,
    },
  ];
}

/** Creates the files of a deployment: the build, the migrations, the packages. */
async function build(place: string): Promise<void> {
  await copyFile(join(root, "package.json"), join(place, "package.json"));
  await symlink(join(root, "node_modules"), join(place, "node_modules"));
  await mkdir(join(place, "db"));
  await symlink(join(root, "db/migrations"), join(place, "db/migrations"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", join(place, "dist")];
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    run.once("error", reject);
    run.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`the build ended with ${code}`))));
  });
}

async function startOnce(place: string, env: Record<string, string>): Promise<number> {
  const began = performance.now();
  const bot = spawn(process.execPath, [join(place, "dist/src/bin/main.js")], {
    cwd: place,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => bot.once("exit", () => resolve()));
  let took: number | undefined;
  for await (const line of createInterface({ input: bot.stdout })) {
    if (!line.includes('"Signoff listens"')) continue;
    took = performance.now() - began;
    break;
  }
  bot.stdout.resume();
  bot.kill("SIGTERM");
  await ended;
  if (took === undefined) throw new Error("the bot did not start");
  return took;
}

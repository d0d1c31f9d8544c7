import { buildReplica } from "./run/build.ts";
import { readOptions, usage } from "./run/options.ts";
import { report } from "./run/report.ts";
import { run } from "./run/run.ts";

/** Runs every seed. Exit code 1 where an invariant broke, 2 where the command line cannot be read. */
async function main(): Promise<void> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
  const broken: number[] = [];
  const build = await buildReplica();
  for (const seed of options.seeds) {
    console.log(`seed ${seed}: ${options.requests} requests, ${options.replicas} replicas`);
    const ran = await run(seed, { ...options, entry: build.entry });
    console.log(report(ran));
    if (ran.violations.length > 0) broken.push(seed);
  }
  await build.remove();
  if (broken.length === 0) return;
  console.error(`An invariant broke with seed ${broken.join(", ")}.`);
  process.exitCode = 1;
}

// Ended from outside it takes its replicas along; its server is stopped by the next run.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
await main();

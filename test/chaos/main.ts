import { type Build, buildReplica, thisVersion } from "./run/build.ts";
import { type ChaosOptions, readOptions, usage } from "./run/options.ts";
import { report } from "./run/report.ts";
import { run } from "./run/run.ts";

/** Runs every seed. Sets exit code 1 if an invariant broke, and 2 if the command line cannot be read. */
async function main(): Promise<void> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
  const broken: number[] = [];
  const builds = await buildReplicas(options);
  const versions = options.previous === undefined ? "" : `, one of them from ${options.previous}`;
  for (const seed of options.seeds) {
    console.log(`seed ${seed}: ${options.requests} requests, ${options.replicas} replicas${versions}`);
    const ran = await run(seed, { ...options, builds });
    console.log(report(ran));
    if (ran.violations.length > 0) broken.push(seed);
  }
  await Promise.all([...new Set(builds)].map((build) => build.remove()));
  if (broken.length === 0) return;
  console.error(`An invariant broke with seed ${broken.join(", ")}.`);
  process.exitCode = 1;
}

/** Returns one build for each replica: this version, and the previous one for the last replica if one was named. */
async function buildReplicas({ replicas, previous }: ChaosOptions): Promise<Build[]> {
  const current = await buildReplica(thisVersion);
  const builds = Array.from({ length: replicas }, () => current);
  if (previous !== undefined) builds[replicas - 1] = await buildReplica(previous);
  return builds;
}

// On exit its replicas are killed; the next run stops the PostgreSQL server that this one leaves behind.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
await main();

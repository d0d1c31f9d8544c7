import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseAccount } from "../../../tools/embedded-postgres/account.ts";
import { findBinaries } from "../../../tools/embedded-postgres/binaries.ts";
import {
  addressOf,
  type Cluster,
  findRunning,
  initialize,
  start,
  stop,
} from "../../../tools/embedded-postgres/cluster.ts";
import { prepareFolder } from "../../../tools/embedded-postgres/folder.ts";
import { run } from "../../../tools/embedded-postgres/run.ts";

export type RestartMode = "fast" | "immediate";

export type Server = {
  url: string;
  /**
   * Stops it and starts it again at the same port. `fast` cuts the sessions and stops in order, `immediate` is a crash,
   * from which it recovers by its log. https://www.postgresql.org/docs/current/app-pg-ctl.html
   */
  restart(mode: RestartMode): Promise<void>;
  stop(): Promise<void>;
};

/**
 * What nobody misses: the machine does not crash here, only the server does. What was committed must be there after
 * an immediate stop, so commits stay synchronous.
 */
const settings = { fsync: "off", full_page_writes: "off", synchronous_commit: "on", max_connections: "100" };

/** A PostgreSQL of this run's own, in a folder that goes with it. */
export async function startPostgres(): Promise<Server> {
  await removeLeftovers();
  const dataDir = await mkdtemp(join(tmpdir(), `signoff-chaos-${process.pid}-`));
  // The server's account must be able to enter it.
  await rm(dataDir, { recursive: true });
  const { cluster, home } = await clusterIn(dataDir);
  await initialize(cluster, home);
  const running = (await findRunning(cluster)) ?? (await start(cluster, settings));
  return {
    url: await addressOf(cluster, running, "postgres"),
    restart: async (mode) => {
      const folder = join(cluster.folder, "data");
      const args = ["-D", ".", "-l", "../server.log", "-m", mode, "-w", "-t", "60", "restart"];
      const restarted = await run(cluster.pgCtl, args, cluster.account, folder);
      if (!restarted.ok) throw new Error(`PostgreSQL did not restart: ${restarted.output}`);
    },
    stop: async () => {
      await stop(cluster);
      await rm(dataDir, { recursive: true, force: true });
      if (home !== dataDir) await rm(home, { recursive: true, force: true });
    },
  };
}

async function clusterIn(dataDir: string): Promise<{ cluster: Cluster; home: string }> {
  const account = await chooseAccount(join(dataDir, "cluster"));
  const home = await prepareFolder(dataDir, account);
  const binaries = await findBinaries(home, account);
  return { cluster: { ...binaries, folder: join(home, "cluster"), account }, home };
}

/** A run that was killed leaves its server running: it is stopped by the next one. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^signoff-chaos-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    const dataDir = join(tmpdir(), name);
    // Another user's, or in another run's hands by now: then it is theirs to remove.
    const stopped = clusterIn(dataDir).then(({ cluster }) => stop(cluster));
    await stopped.then(() => rm(dataDir, { recursive: true, force: true })).catch(() => undefined);
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

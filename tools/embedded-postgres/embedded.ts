import { join, resolve } from "node:path";
import { chooseAccount } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import {
  addressOf,
  type Cluster,
  findRunning,
  initialize,
  removeStalePidFile,
  start,
  stop,
} from "./cluster.ts";
import { EmbeddedError } from "./error.ts";
import { prepareFolder } from "./folder.ts";
import { takeOwnership } from "./ownership.ts";

export type Embedded = {
  url: string;
  /** Stops the server. Committed data stays in its folder. A second call waits for the first. */
  stop(): Promise<void>;
};

/**
 * Starts a real PostgreSQL from npm for this process, on a free port of 127.0.0.1, or adopts the server that a killed
 * process left running. For root, the server runs as an unprivileged user. If that user cannot use `dataDir`, it becomes
 * a link to a folder in /var/lib.
 *
 * @param options.dataDir the folder for the programs and data; default `.data/postgres` in the working directory
 * @param options.settings server settings by name; an adopted server keeps its settings
 * @throws EmbeddedError, with what to do, if the server cannot run or another process uses the folder
 */
export async function startEmbedded(
  options: { dataDir?: string; settings?: Record<string, string> } = {},
): Promise<Embedded> {
  const dataDir = resolve(options.dataDir ?? ".data/postgres");
  const account = await chooseAccount(join(dataDir, "cluster"));
  const home = await prepareFolder(dataDir, account);
  const binaries = await findBinaries(home, account);
  const cluster: Cluster = { ...binaries, folder: join(home, "cluster"), account };
  await initialize(cluster, home);
  return own(cluster, dataDir, options.settings ?? {});
}

async function own(cluster: Cluster, dataDir: string, settings: Record<string, string>): Promise<Embedded> {
  const running = (await findRunning(cluster)) ?? (await start(cluster, settings));
  const url = await addressOf(cluster, running, "postgres");
  const ownership = await takeOwnership(url);
  if (ownership.kind === "held") {
    throw new EmbeddedError(
      `The local PostgreSQL in ${dataDir} is in use by another process (pid ${ownership.pid}), and it serves only one. Stop that process first.`,
    );
  }
  if (ownership.kind === "unreachable") {
    if (await removeStalePidFile(cluster, running)) return own(cluster, dataDir, settings);
    throw new EmbeddedError(
      `The local PostgreSQL in ${dataDir} runs (pid ${running.pid}) but does not answer. Stop it with: kill -INT ${running.pid}`,
      ownership.reason,
    );
  }
  let stopped: Promise<void> | undefined;
  return {
    url,
    stop() {
      stopped ??= ownership.release().then(() => stop(cluster));
      return stopped;
    },
  };
}

import { randomBytes } from "node:crypto";
import { chown, mkdir, mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";

/** A database cluster on disk, its programs, and the account that runs it. `folder` contains `data`. */
export type Cluster = Binaries & { folder: string; account: Account };

export type Running = { pid: number; port: number };

const superuser = "signoff";

/** Creates the cluster unless it exists, in a temporary folder that is then moved, so that no cluster is incomplete. */
export async function initialize(cluster: Cluster, home: string): Promise<void> {
  if (await exists(cluster.folder)) return;
  const unfinished = await mkdtemp(join(home, "unfinished-"));
  const data = join(unfinished, "data");
  const passwordFile = join(unfinished, "password");
  await mkdir(data, { mode: 0o700 });
  for (const file of [passwordFile, join(unfinished, "server.log")])
    await writeFile(file, file === passwordFile ? randomBytes(24).toString("hex") : "", { mode: 0o600 });
  const { account } = cluster;
  if (account !== null) {
    for (const path of [unfinished, data, passwordFile, join(unfinished, "server.log")])
      await chown(path, account.uid, account.gid);
  }
  const encoding = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const access = ["-U", superuser, "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const args = ["-D", data, ...encoding, ...access, "--no-sync", "--no-instructions"];
  const made = await run(cluster.initdb, args, account, data);
  const moved =
    made.ok &&
    (await rename(unfinished, cluster.folder).then(
      () => true,
      // Another process was first. Its cluster is just as good.
      () => exists(cluster.folder),
    ));
  await rm(unfinished, { recursive: true, force: true });
  if (!moved) throw new EmbeddedError("The local PostgreSQL could not set up its folder.", made.output);
}

/** Returns the URL of one of the cluster's databases. */
export async function addressOf(cluster: Cluster, running: Running, database: string): Promise<string> {
  const password = await readFile(join(cluster.folder, "password"), "utf8");
  return `postgres://${superuser}:${password}@127.0.0.1:${running.port}/${database}`;
}

/**
 * Returns the server that runs on this cluster according to its pid file; null if there is none. After a crash of the
 * machine, the pid may belong to another program.
 */
export async function findRunning(cluster: Cluster): Promise<Running | null> {
  const status = await run(cluster.pgCtl, ["-D", join(cluster.folder, "data"), "status"], cluster.account);
  if (!status.ok) return null;
  // Line 1 is the pid, line 4 the port: https://www.postgresql.org/docs/current/storage-file-layout.html
  const lines = (await readFile(pidFile(cluster), "utf8").catch(() => "")).split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : null;
}

/**
 * Starts the server in its own session, so that Ctrl-C does not stop it, and waits until it answers.
 *
 * @throws EmbeddedError with the end of the server's log
 */
export async function start(cluster: Cluster, settings: Record<string, string>): Promise<Running> {
  const log = join(cluster.folder, "server.log");
  for (let attempt = 1; ; attempt++) {
    await truncate(log).catch(() => undefined);
    const options = serverOptions(await freePort(), settings);
    // pg_ctl passes this to a shell. Paths relative to the working directory need no quotes.
    const args = ["-D", ".", "-l", "../server.log", "-o", options, "-w", "-t", "60", "start"];
    const started = await run(cluster.pgCtl, args, cluster.account, join(cluster.folder, "data"));
    const running = await findRunning(cluster);
    if (running !== null) return running;
    const said = `${started.output}\n${await readFile(log, "utf8").catch(() => "")}`;
    const portTaken = said.includes("could not bind");
    if (!portTaken || attempt === 3) throw new EmbeddedError("The local PostgreSQL did not start.", said);
  }
}

/** Stops the server within 20 s, or else immediately, which loses nothing that was committed. */
export async function stop(cluster: Cluster): Promise<void> {
  for (const mode of ["fast", "immediate"]) {
    const args = ["-D", join(cluster.folder, "data"), "-m", mode, "-w", "-t", "20", "stop"];
    await run(cluster.pgCtl, args, cluster.account);
    if ((await findRunning(cluster)) === null) return;
  }
  throw new EmbeddedError("The local PostgreSQL did not stop.");
}

/** Removes the pid file of a server that no longer runs. Returns false if the pid belongs to a PostgreSQL server. */
export async function removeStalePidFile(cluster: Cluster, running: Running): Promise<boolean> {
  const ofPid = await run("ps", ["-o", "comm=", "-p", String(running.pid)], null);
  const name = await readFile(`/proc/${running.pid}/comm`, "utf8").catch(() => ofPid.output);
  if (name.includes("postgres")) return false;
  await rm(pidFile(cluster), { force: true });
  return true;
}

const pidFile = (cluster: Cluster): string => join(cluster.folder, "data", "postmaster.pid");

function serverOptions(port: number, settings: Record<string, string>): string {
  const all = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    ...settings,
  };
  const pairs = Object.entries(all).map(([name, value]) => {
    if (!/^[\w.]+$/.test(name) || !/^[\w.-]*$/.test(value))
      throw new Error(`The setting ${name} must contain only letters, digits, and the characters . _ -`);
    return `-c ${name}=${value}`;
  });
  return [`-p ${port}`, ...pairs].join(" ");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

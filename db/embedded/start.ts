import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { type Binaries, findBinaries } from "./binaries.ts";
import { EmbeddedError } from "./error.ts";
import { findOwner, type Owner, reachable } from "./owner.ts";

export type Embedded = {
  url: string;
  /** Stops the server; what was committed stays in its folder. */
  stop(): Promise<void>;
};

type Server = Binaries & { owner: Owner | null; data: string; log: string; password: string };

/**
 * Starts a real PostgreSQL from npm on a free port of 127.0.0.1, or adopts the one that a killed process left behind.
 *
 * @param folder where its data live; as root under a home that nobody else may enter, they live in /var/tmp
 * @param settings server settings by name
 * @returns its address, of the database `signoff`. Throws EmbeddedError where it cannot start, with its log's end.
 */
export async function startEmbedded(
  folder = ".data",
  settings: Record<string, string> = {},
): Promise<Embedded> {
  const owner = await findOwner();
  const home = await prepare(resolve(folder), owner);
  const server: Server = {
    ...(await findBinaries(owner, join(home, "binaries"))),
    owner,
    data: join(home, "postgres"),
    log: join(home, "postgres.log"),
    password: await readPassword(home),
  };
  if (!(await exists(join(server.data, "PG_VERSION")))) await initialize(server, home);
  const running = await run(server, server.pgCtl, ["-D", server.data, "status"]).then(
    () => true,
    () => false,
  );
  if (!running) await start(server, settings);
  const port = await readPort(server);
  const base = `postgres://signoff:${server.password}@127.0.0.1:${port}`;
  await createDatabase(`${base}/postgres`);
  return {
    url: `${base}/signoff`,
    stop: () =>
      run(server, server.pgCtl, ["-D", server.data, "-m", "fast", "-w", "stop"]).then(() => undefined),
  };
}

/** The folder in which everything lives; one that the server's user can enter. */
async function prepare(folder: string, owner: Owner | null): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (owner === null || (await reachable(folder))) {
    if (owner !== null) await chown(folder, owner.uid, owner.gid);
    return folder;
  }
  const mark = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  const elsewhere = join("/var/tmp", `signoff-${mark}`);
  await mkdir(elsewhere, { recursive: true, mode: 0o755 });
  await chown(elsewhere, owner.uid, owner.gid);
  return elsewhere;
}

async function readPassword(home: string): Promise<string> {
  const file = join(home, "postgres-password");
  const kept = await readFile(file, "utf8").catch(() => "");
  if (kept !== "") return kept;
  const password = randomBytes(18).toString("hex");
  await writeFile(file, password, { mode: 0o600 });
  return password;
}

/** Makes the data folder beside its place and moves it there when it is whole. */
async function initialize(server: Server, home: string): Promise<void> {
  const unfinished = join(home, "postgres-unfinished");
  await rm(unfinished, { recursive: true, force: true });
  const passwordFile = join(home, "initdb-password");
  await writeFile(passwordFile, server.password, { mode: 0o600 });
  if (server.owner !== null) await chown(passwordFile, server.owner.uid, server.owner.gid);
  try {
    await run(server, server.initdb, [
      ...["-D", unfinished, "-U", "signoff", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
      ...[
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync",
      ],
    ]);
  } catch (error) {
    throw new EmbeddedError("The local PostgreSQL could not set up its folder.", String(error));
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, server.data);
}

async function start(server: Server, settings: Record<string, string>): Promise<void> {
  const options = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...settings };
  const line = Object.entries(options).map(([name, value]) => `-c ${name}='${value}'`);
  const args = ["-D", server.data, "-l", server.log, "-t", "30", "-w"];
  try {
    await run(server, server.pgCtl, [...args, "-o", `-p ${await freePort()} ${line.join(" ")}`, "start"]);
  } catch (error) {
    const log = await readFile(server.log, "utf8").catch(() => String(error));
    throw new EmbeddedError("The local PostgreSQL did not start.", log);
  }
}

/** The server says its port on the fourth line of its pid file: https://www.postgresql.org/docs/current/storage-file-layout.html */
async function readPort(server: Server): Promise<number> {
  const lines = (await readFile(join(server.data, "postmaster.pid"), "utf8")).split("\n");
  return Number(lines[3]);
}

async function createDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = 'signoff'`;
    if (found.length === 0) await sql`create database signoff`;
  } finally {
    await sql.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolvePort(port));
    });
  });
}

/** Runs a program as the server's owner, in a folder that this owner can enter. Rejects with what it printed. */
function run(server: Server, program: string, args: string[]): Promise<void> {
  const as = server.owner ?? {};
  return new Promise((done, reject) => {
    execFile(program, args, { ...as, cwd: "/", timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) done();
      else reject(new Error(`${stdout}${stderr}` || error.message));
    });
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

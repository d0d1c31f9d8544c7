import { mkdtemp, readFile, rm } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { migrate } from "../db/connection/migrate.ts";
import { startEmbedded } from "../tools/embedded-postgres/embedded.ts";

/** A PostgreSQL server for the bench. Each section creates its own databases in it. */
export type Cluster = {
  /** Creates a migrated, empty database. `sql` is closed with the cluster. */
  database(name: string): Promise<{ url: string; sql: postgres.Sql }>;
  /** Returns the address of one of its databases. */
  url(name: string): string;
  /** Returns what the server has logged so far. */
  log(): Promise<string>;
  /** Returns one line about the machine and the versions. */
  machine(): Promise<string>;
  stop(): Promise<void>;
};

// PostgreSQL's defaults, including fsync, with three exceptions: checkpoints and the plan log stay out of the
// measured rounds, and the buffers get the usual quarter of the memory.
// https://www.postgresql.org/docs/current/runtime-config-resource.html
const settings = {
  max_connections: "100",
  shared_buffers: `${Math.round(totalmem() / 4 / 2 ** 20)}MB`,
  max_wal_size: "4GB",
  checkpoint_timeout: "30min",
};

/** Starts the server in a temporary folder, which is deleted when it stops. */
export async function startCluster(): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), "signoff-bench-"));
  // The server's account must be able to enter the folder, in which it creates its own.
  await rm(dataDir, { recursive: true });
  const server = await startEmbedded({ dataDir, settings });
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  const clients: postgres.Sql[] = [admin];
  const address = (name: string) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href;
  return {
    async database(name) {
      await admin`create database ${admin(name)}`;
      const url = address(name);
      await migrate(url);
      const sql = postgres(url, { max: 2, onnotice: () => {} });
      clients.push(sql);
      return { url, sql };
    },
    url: address,
    log: () => readFile(join(dataDir, "cluster", "server.log"), "utf8"),
    async machine() {
      const [row] = await admin<{ server_version: string }[]>`show server_version`;
      const [cpu] = cpus();
      const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
      const model = cpu?.model.trim() ?? "unknown processor";
      return `${model}, ${cpus().length} cores, ${memory}; Node ${process.versions.node}; PostgreSQL ${row?.server_version}`;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end({ timeout: 2 })));
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

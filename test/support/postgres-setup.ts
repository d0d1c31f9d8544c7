import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { migrate } from "../../db/connection/migrate.ts";
import { startEmbedded } from "../../tools/embedded-postgres/embedded.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server of this run. Its database `template` is migrated and empty. */
    databaseServer: string;
    template: string;
  }
}

/** Turns off durability, which tests do not need. */
const fast = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "100" };

/**
 * Starts one server per run, with a migrated database that each test file copies. `TEST_DATABASE_URL` names
 * another server.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given === undefined ? await startHere() : { url: given, stop: () => Promise.resolve() };
  const template = `signoff_template_${process.pid}`;
  try {
    await inServer(server.url, (sql) => sql`create database ${sql(template)}`);
    const url = new URL(server.url);
    url.pathname = `/${template}`;
    await migrate(url.href);
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide("databaseServer", server.url);
  project.provide("template", template);
  return async () => {
    if (given !== undefined) {
      await inServer(server.url, (sql) => sql`drop database if exists ${sql(template)} with (force)`);
    }
    await server.stop();
  };
}

async function startHere(): Promise<{ url: string; stop(): Promise<void> }> {
  await removeLeftovers();
  const dataDir = await mkdtemp(join(tmpdir(), `signoff-test-${process.pid}-`));
  // The server's account must be able to enter the folder.
  await rm(dataDir, { recursive: true });
  const server = await startEmbedded({ dataDir, settings: fast });
  return {
    url: server.url,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Stops the servers that killed runs left behind. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^signoff-test-(\d+)-/.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    const dataDir = join(tmpdir(), name);
    // Owned by another user, or already used by another run, which then removes it.
    const left = await startEmbedded({ dataDir }).catch(() => undefined);
    await left?.stop();
    if (left !== undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function inServer(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startEmbedded } from "./embedded.ts";
import { prepareFolder } from "./folder.ts";

let parent: string;
let dataDir: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "signoff embedded "));
  // Made for us alone; opened to the server's account, as most clones are.
  await chmod(parent, 0o755);
  dataDir = join(parent, ".data", "it's $HOME");
});

afterEach(() => rm(parent, { recursive: true, force: true }));

/** Another process that owns a server in `dataDir`, and its address. */
async function ownerProcess(): Promise<{ child: ChildProcess; url: string }> {
  const module = new URL("./embedded.ts", import.meta.url).href;
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(module)});
    const server = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(server.url);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, url: line.toString().trim() };
}

async function ask<T>(url: string, question: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await question(sql);
  } finally {
    await sql.end();
  }
}

test("it starts, speaks UTF-8, stops, and keeps what was stored for the next start", async () => {
  const first = await startEmbedded({ dataDir });
  const [row] = await ask(
    first.url,
    (sql) => sql`select getdatabaseencoding() as encoding, lower('ÄÉ') as lower`,
  );
  expect(row).toEqual({ encoding: "UTF8", lower: "äé" });
  await ask(first.url, (sql) => sql`create table kept as select 42 as answer`);
  await Promise.all([first.stop(), first.stop()]);
  await expect(ask(first.url, (sql) => sql`select 1`)).rejects.toThrow("ECONNREFUSED");

  const second = await startEmbedded({ dataDir });
  expect(await ask(second.url, (sql) => sql`select answer from kept`)).toEqual([{ answer: 42 }]);
  await second.stop();
});

test("it asks for a password", async () => {
  const server = await startEmbedded({ dataDir });
  const url = new URL(server.url);
  url.password = "wrong";
  await expect(ask(url.href, (sql) => sql`select 1`)).rejects.toThrow("password authentication failed");
  await server.stop();
});

test("after kill -9 of its process the next one adopts the server that still runs", async () => {
  const { child, url } = await ownerProcess();
  child.kill("SIGKILL");
  await once(child, "exit");

  const adopted = await startEmbedded({ dataDir });
  expect(adopted.url).toBe(url);
  await adopted.stop();
});

test("Ctrl-C in the terminal does not reach the server", async () => {
  const { child, url } = await ownerProcess();
  const pid = Number(
    (await readFile(join(dataDir, "cluster", "data", "postmaster.pid"), "utf8")).split("\n")[0],
  );
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The sixth field is the session: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  if (stat !== undefined) expect(Number(stat.split(" ")[5])).toBe(pid);
  expect(await ask(url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  child.kill("SIGKILL");
  await once(child, "exit");
  await (await startEmbedded({ dataDir })).stop();
});

test("a second process on the same folder is told whose it is", async () => {
  const { child, url } = await ownerProcess();
  await expect(startEmbedded({ dataDir })).rejects.toThrow(
    `is in use by another process (pid ${child.pid}), and it serves only one. Stop that process first.\nInstead, DATABASE_URL`,
  );
  expect(await ask(url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  child.kill("SIGKILL");
  await once(child, "exit");
  await (await startEmbedded({ dataDir })).stop();
});

test("a pid file that an unclean end of the machine left, with a pid that is another program's now, is no hindrance", async () => {
  const server = await startEmbedded({ dataDir });
  const pidFile = join(dataDir, "cluster", "data", "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8")).split("\n");
  await server.stop();
  await writeFile(pidFile, [process.pid, ...lines.slice(1)].join("\n"), { mode: 0o666 });

  const again = await startEmbedded({ dataDir });
  expect(await ask(again.url, (sql) => sql`select 1 as one`)).toEqual([{ one: 1 }]);
  await again.stop();
});

test("a server that does not start says why, and what to do instead", async () => {
  await (await startEmbedded({ dataDir })).stop();
  await writeFile(join(dataDir, "cluster", "data", "postgresql.auto.conf"), "shared_buffers = 'many'\n");
  await expect(startEmbedded({ dataDir })).rejects.toThrow(
    /did not start\.\nInstead, DATABASE_URL can be set[\s\S]*invalid value for parameter "shared_buffers"/,
  );
});

test.skipIf(process.getuid?.() !== 0)(
  "as root, a folder that the server's user cannot enter becomes a link to one that it can",
  async () => {
    await chmod(parent, 0o700);
    const closed = join(parent, "postgres");
    const account = { uid: 65534, gid: 65534, name: "nobody" };
    const real = await prepareFolder(closed, account);
    expect(real).not.toContain(parent);
    expect(await prepareFolder(closed, account)).toBe(real);
    await rm(real, { recursive: true });
  },
);

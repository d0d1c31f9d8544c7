import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "./postgres.ts";

/** The checkout that this harness belongs to. */
export const thisVersion = fileURLToPath(new URL("../../../", import.meta.url));

/** Where a replica starts, newest layout first: versions before 0.1.0's restructure had it next to the harness. */
const entries = ["test/chaos/run/replica", "test/chaos/replica"];

export type Build = {
  /** The JavaScript file that a replica runs. */
  entry: string;
  /** The checkout it was built from; a replica runs in it. */
  root: string;
  remove(): Promise<void>;
};

/**
 * Compiles the bot in the checkout `root`, as `npm run build` does there, so that a killed replica is back soon.
 * The result goes to the checkout's `.data` folder; builds left by ended runs are removed.
 * Throws if the checkout has no replica to start, has no node_modules, or does not compile.
 */
export async function buildReplica(root: string): Promise<Build> {
  const source = await findEntry(root);
  const parent = join(root, ".data");
  await removeLeftovers(parent);
  const folder = join(parent, `chaos-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const config = {
    extends: join(root, "tsconfig.build.json"),
    compilerOptions: { outDir: folder, rootDir: root, sourceMap: false },
    include: ["src", "db", `${source}.ts`].map((path) => join(root, path)),
    exclude: ["**/*.test.ts", "**/*.test.tsx"].map((path) => join(root, path)),
  };
  const configFile = join(folder, "tsconfig.json");
  await writeFile(configFile, JSON.stringify(config));
  const output = await tsc(root, ["-p", configFile]);
  // The code finds its migrations by a path relative to itself.
  await cp(join(root, "db", "migrations"), join(folder, "db", "migrations"), { recursive: true });
  const entry = join(folder, `${source}.js`);
  if (!(await exists(entry))) throw new Error(`The bot in ${root} could not be built:\n${output}`);
  return { entry, root, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function findEntry(root: string): Promise<string> {
  for (const entry of entries) if (await exists(join(root, `${entry}.ts`))) return entry;
  throw new Error(`${root} is no checkout of Signoff: it has neither ${entries.join(".ts nor ")}.ts`);
}

async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(/^chaos-(\d+)$/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Returns the compiler's output. Type errors do not keep it from writing files, so its exit code is ignored. */
function tsc(root: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    const command = [join(root, "node_modules", ".bin", "tsc"), ...args];
    execFile(process.execPath, command, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

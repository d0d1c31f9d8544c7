import { execFile } from "node:child_process";
import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "./postgres.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export type Build = {
  /** What a replica runs, as JavaScript. */
  entry: string;
  remove(): Promise<void>;
};

/** Compiles the bot once, as `npm run build` does: a replica that is killed must be back soon. */
export async function buildReplica(): Promise<Build> {
  const parent = join(root, ".data");
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = Number(/^chaos-(\d+)$/.exec(name)?.[1] ?? 0);
    if (pid > 0 && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const folder = join(parent, `chaos-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const config = {
    extends: join(root, "tsconfig.build.json"),
    compilerOptions: { outDir: folder, rootDir: root, sourceMap: false },
    include: ["src", "db", "test/chaos/run/replica.ts"].map((path) => join(root, path)),
    exclude: ["**/*.test.ts", "**/*.test.tsx"].map((path) => join(root, path)),
  };
  const configFile = join(folder, "tsconfig.json");
  await writeFile(configFile, JSON.stringify(config));
  const said = await tsc(["-p", configFile]);
  // Where the migrations lie is found relative to the code.
  await cp(join(root, "db", "migrations"), join(folder, "db", "migrations"), { recursive: true });
  const entry = join(folder, "test", "chaos", "run", "replica.js");
  const made = await stat(entry).catch(() => undefined);
  if (made === undefined) throw new Error(`The bot could not be built:\n${said}`);
  return { entry, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What it says; that a type is wrong somewhere does not keep it from writing. */
function tsc(args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, "node_modules", ".bin", "tsc"), ...args], (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

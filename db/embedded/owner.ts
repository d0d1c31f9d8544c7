import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { EmbeddedError } from "./error.ts";

/** The user that the server runs as when we are root: PostgreSQL refuses root. */
export type Owner = { uid: number; gid: number };

/** Null for an ordinary user, who runs the server as themselves. */
export async function findOwner(): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody", "daemon"]) {
    const user = users.find((fields) => fields[0] === name);
    if (user !== undefined) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new EmbeddedError(
    "A local PostgreSQL does not run as root, and there is no user postgres or nobody here.",
  );
}

/** Whether everybody may enter every folder on the way to this path. */
export async function reachable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const mode = await stat(folder).then(
      (found) => found.mode,
      () => 0o001,
    );
    if ((mode & 0o001) === 0) return false;
    if (dirname(folder) === folder) return true;
  }
}

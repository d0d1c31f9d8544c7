import { chown, lstat, mkdir, mkdtemp, realpath, rmdir, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";

/**
 * Creates the server's folder so that the server's account can use it. If that account cannot use it (for root, in a
 * clone under a private home directory), the folder becomes a link to a folder elsewhere.
 *
 * @returns the real path of the folder
 */
export async function prepareFolder(folder: string, account: Account): Promise<string> {
  const isNew = !(await exists(folder));
  await mkdir(folder, { recursive: true });
  const home = await realpath(folder);
  if (account === null) return home;
  if (isNew) await chown(home, account.uid, account.gid);
  if (await usable(home, account)) return home;
  if (!isNew && !(await removed(home))) {
    throw new EmbeddedError(
      `The user ${account.name}, as whom the local PostgreSQL must run, cannot use ${home}. Give it that folder, or remove the folder.`,
    );
  }
  if (isNew) await rmdir(home);
  const target = await makeFolderElsewhere(account);
  await symlink(target, folder);
  return target;
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Removes the folder if it is empty, as a killed start leaves it. Returns whether it did. */
const removed = (folder: string): Promise<boolean> =>
  rmdir(folder).then(
    () => true,
    () => false,
  );

/** Tries the access as the account, because access lists and mounts matter as well as file modes. */
async function usable(folder: string, account: Account): Promise<boolean> {
  return (await run("/bin/sh", ["-c", 'cd "$1" && test -w .', "sh", folder], account)).ok;
}

async function makeFolderElsewhere(account: NonNullable<Account>): Promise<string> {
  for (const parent of ["/var/lib", "/var/tmp", tmpdir()]) {
    const made = await mkdtemp(join(parent, "signoff-")).catch(() => undefined);
    if (made === undefined) continue;
    await chown(made, account.uid, account.gid);
    if (await usable(made, account)) return made;
    await rmdir(made);
  }
  throw new EmbeddedError(
    `The user ${account.name}, as whom the local PostgreSQL must run, can use neither the working directory nor a folder of its own in /var/lib, /var/tmp or ${tmpdir()}.`,
  );
}

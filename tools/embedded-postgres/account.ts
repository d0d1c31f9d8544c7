import { stat } from "node:fs/promises";
import { EmbeddedError } from "./error.ts";
import { type Account, run } from "./run.ts";

/**
 * Returns the account that runs the server: the owner of an existing cluster, otherwise the current user. PostgreSQL
 * refuses to run as root, so root uses an unprivileged user of this system.
 *
 * @throws EmbeddedError if the cluster belongs to another user, or root finds no unprivileged user
 */
export async function chooseAccount(cluster: string): Promise<Account> {
  const owner = await stat(cluster).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new EmbeddedError(`The folder of the local PostgreSQL cannot be read: ${error.message}.`);
  });
  const currentUid = process.getuid?.();
  if (currentUid !== 0) {
    if (owner !== undefined && owner.uid !== currentUid) {
      throw new EmbeddedError(
        `${cluster} belongs to another user (uid ${owner.uid}), probably because Signoff was started as root before. Start it as that user or as root, or remove the folder to begin anew.`,
      );
    }
    return null;
  }
  if (owner !== undefined && owner.uid !== 0) {
    return { uid: owner.uid, gid: owner.gid, name: `uid ${owner.uid}` };
  }
  for (const name of ["postgres", "nobody", "daemon"]) {
    const [uid, gid] = await Promise.all([run("id", ["-u", name], null), run("id", ["-g", name], null)]);
    if (uid.ok && gid.ok) return { uid: Number(uid.output), gid: Number(gid.output), name };
  }
  throw new EmbeddedError(
    "PostgreSQL does not run as root, and this system has no user `postgres` or `nobody` to run it as. Start Signoff as an ordinary user.",
  );
}

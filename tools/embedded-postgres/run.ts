import { execFile } from "node:child_process";

/** The user that a program runs as; null is whoever we are. */
export type Account = { uid: number; gid: number; name: string } | null;

export type Ran = { ok: boolean; output: string };

/**
 * Runs a program to its end, as the account, with an environment that no `PG…` variable of ours reaches. A program
 * that cannot be started at all is not ok either, and says why.
 *
 * @param cwd a folder that the account can enter: it is entered before we become that account, but programs look.
 */
export function run(program: string, args: string[], account: Account, cwd = "/"): Promise<Ran> {
  const as = account === null ? {} : { uid: account.uid, gid: account.gid };
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" };
  return new Promise((resolve) => {
    const finish = (error: Error | null, stdout = "", stderr = "") =>
      resolve({ ok: error === null, output: `${stdout}${stderr}`.trim() || (error?.message ?? "") });
    try {
      execFile(program, args, { ...as, cwd, env, timeout: 90_000 }, finish);
    } catch (error) {
      // Node throws at once where the system refuses to change the user.
      finish(error as Error);
    }
  });
}

import { execFile } from "node:child_process";

/** The user that a program runs as; null for the current user. */
export type Account = { uid: number; gid: number; name: string } | null;

export type Ran = { ok: boolean; output: string };

/**
 * Runs a program as the account, without the `PG…` variables of this process, for at most 90 s. A program that cannot be
 * started returns `ok: false` with the reason as its output.
 *
 * @param cwd a folder that the account can use
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
      // Node throws immediately if the system refuses to change the user.
      finish(error as Error);
    }
  });
}

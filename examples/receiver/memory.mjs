// Remembers which attempts were accepted, and which results Signoff has not received.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Remembers the accepted attempts. Signoff sends an attempt again if it did not get the response, and it must
 * not start twice. With a folder, each attempt has a file with its report until Signoff has received the
 * result.
 * @param {string | undefined} folder without one, attempts are remembered until the process ends
 * @param {string} owner identifies this receiver if several share the folder
 */
export async function openMemory(folder, owner) {
  const taken = new Set();
  const write = async (id, content, flag = "w") => {
    // The file contains the attempt's token.
    if (folder !== undefined)
      await writeFile(join(folder, encodeURIComponent(id)), content, { flag, mode: 0o600 });
  };
  const record = (id, { attempt, report }, end) => JSON.stringify({ owner, id, attempt, report, end });
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    /** Returns whether the attempt is new, and remembers it. */
    async take(id, delivery) {
      if (taken.has(id)) return false;
      taken.add(id);
      try {
        await write(id, record(id, delivery), "wx");
        return true;
      } catch (error) {
        if (error.code === "EEXIST") return false;
        taken.delete(id);
        throw error;
      }
    },
    /** Remembers the result, which Signoff has not received yet. */
    end: (id, delivery, end) => write(id, record(id, delivery, end)),
    /** Forgets the result, which Signoff has received. */
    told: (id) => write(id, ""),
    /**
     * Returns what an earlier process of this owner left: attempts that were accepted, but whose result was
     * not received.
     */
    async left() {
      const names = folder === undefined ? [] : await readdir(folder);
      const all = await Promise.all(names.map((name) => readRecord(join(folder, name))));
      return all.filter((one) => one.owner === owner);
    },
  };
}

/** The file is empty if nothing is left to report, or if the process ended while it was written. */
async function readRecord(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return {};
  }
}

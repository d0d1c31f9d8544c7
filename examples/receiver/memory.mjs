// Which attempts were taken, and what of them Signoff was not told yet.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Remembers the attempts that were taken: Signoff sends one again where it did not get our answer, and it is never
 * begun again. In a folder, the file of an attempt says how it is reported until Signoff has been told its end.
 *
 * @param {string | undefined} folder none: they are remembered as long as the process lives
 * @param {string} owner whose attempts these are, where several receivers share the folder
 */
export async function openMemory(folder, owner) {
  const taken = new Set();
  const write = async (id, content, flag = "w") => {
    // It holds the attempt's token.
    if (folder !== undefined)
      await writeFile(join(folder, encodeURIComponent(id)), content, { flag, mode: 0o600 });
  };
  const record = (id, { attempt, report }, end) => JSON.stringify({ owner, id, attempt, report, end });
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    /** Whether it is seen for the first time; it is taken from now on. */
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
    /** It has ended; Signoff is still to be told. */
    end: (id, delivery, end) => write(id, record(id, delivery, end)),
    /** Signoff knows its end. */
    told: (id) => write(id, ""),
    /** What was left when a process of this owner ended: taken, and its end not told. */
    async left() {
      const names = folder === undefined ? [] : await readdir(folder);
      const all = await Promise.all(names.map((name) => readRecord(join(folder, name))));
      return all.filter((one) => one.owner === owner);
    },
  };
}

/** Empty where nothing is left to tell, or where the process ended while it was written. */
async function readRecord(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return {};
  }
}

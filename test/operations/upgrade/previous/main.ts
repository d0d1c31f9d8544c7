import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbedded } from "../../../../tools/embedded-postgres/embedded.ts";
import { dumpTables } from "./dump.ts";
import { livePrevious, type PreviousWorld } from "./story.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Runs `npx tsx test/operations/upgrade/previous/main.ts FOLDER`: starts the version in that checkout, with its own
 * dependencies, on a new database, lets people and pipelines use it, and writes everything it stored to previous.json.
 */
async function main(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw new Error("Give the folder of a checkout of the previous version.");
  const dataDir = await mkdtemp(join(tmpdir(), "signoff-previous-"));
  await rm(dataDir, { recursive: true });
  const server = await startEmbedded({ dataDir });
  try {
    const world = await livePrevious(folder, server.url, here("seed.yml"));
    const tables = await dumpTables(server.url);
    const text = format({ at: new Date().toISOString(), ...world, tables });
    await writeFile(here("../previous.json"), escapeHidden(text));
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

type Dump = PreviousWorld & { at: string; tables: Record<string, unknown[]> };

/** Returns the dump as JSON with one row on each line, so that two dumps can be compared. */
function format({ tables, messages, views, ...rest }: Dump): string {
  const lists = (named: Record<string, unknown[]>) =>
    Object.entries(named).map(([name, rows]) => {
      const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
      return `  ${JSON.stringify(name)}: [${lines === "" ? "" : `\n${lines}\n  `}]`;
    });
  const head = JSON.stringify(rest).slice(1, -1);
  const body = lists({ messages, views });
  return `{\n  ${head},\n${body.join(",\n")},\n  "tables": {\n${lists(tables).join(",\n")}\n  }\n}\n`;
}

/** Writes the characters that nobody can see as escapes. */
const escapeHidden = (json: string): string =>
  json.replaceAll(
    /[\p{Cf}\p{Zl}\p{Zp}]/gu,
    (hidden) => `\\u${hidden.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

await main(process.argv[2]);

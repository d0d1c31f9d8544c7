import { readFile } from "node:fs/promises";
import { connect } from "../../db/connection/connect.ts";
import { migrate } from "../../db/connection/migrate.ts";
import { seedDeps } from "../compose/seed-deps.ts";
import { readSeedConfig } from "../config.ts";
import { install } from "../directory/install.ts";
import { errorWords } from "../lib/error-words.ts";
import { createLog } from "../lib/log.ts";
import { loadSeedFile } from "../seed/load-seed-file.ts";
import { printReport } from "../seed/print-report.ts";
import { slackClients } from "../slack/client/clients.ts";
import { OutcomeUnknown } from "../usecases/shared/context.ts";
import { openDatabase } from "./open-database.ts";
import { readSeedArguments, usage } from "./seed-arguments.ts";

/** A load waits this long for settings that somebody is saving, in milliseconds. A click must not wait so long. */
const lockTimeoutMs = 10_000;

/** Runs `npm run seed -- FILE`: loads a seed file into the database that DATABASE_URL names. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const { file, ...options } = readSeedArguments(args);
  const text = await read(file);
  const config = readSeedConfig();
  const log = createLog(config.logLevel);
  const server = await openDatabase(config.databaseUrl);
  const database = connect(server.url, { applicationName: "signoff-seed", lockTimeoutMs });
  try {
    await migrate(server.url);
    const clients = slackClients({ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log });
    const context = { db: database.db, now: () => new Date(), wake: () => {} };
    const { organizationId } = await install(context, clients.people, log);
    const loaded = await loadSeedFile(seedDeps(context, clients, config), organizationId, text, options);
    process.stdout.write(`${printReport(file, loaded)}\n`);
  } finally {
    await database.close();
    await server.stop();
  }
}

/** Returns the text of a file. Throws if it cannot be read or is not UTF-8. */
async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new Error(`The file ${file} cannot be read: ${wordsOf(error)}`);
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`The file ${file} is not text in UTF-8. Save it in UTF-8 and load it again.`);
  }
}

/** PostgreSQL's code for a lock that was not free in time: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const lockNotAvailable = "55P03";

function wordsOf(error: unknown): string {
  if (error instanceof OutcomeUnknown) {
    return "The connection was lost while the load was being stored: all of it was stored, or nothing. Load the file again: what was stored is not stored twice.";
  }
  const { cause } = error instanceof Error ? error : { cause: undefined };
  if (typeof cause === "object" && cause !== null && "code" in cause && cause.code === lockNotAvailable) {
    return "Another load is running, or somebody is saving settings. Nothing was changed. Try again in a minute.";
  }
  return errorWords(error);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exit(1);
});

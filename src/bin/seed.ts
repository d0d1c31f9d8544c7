import { readFile } from "node:fs/promises";
import { connect } from "../../db/connection/connect.ts";
import { migrate } from "../../db/connection/migrate.ts";
import { readSeedConfig } from "../config.ts";
import { findByEmail } from "../directory/find-by-email.ts";
import { install } from "../directory/install.ts";
import { createLog } from "../lib/log.ts";
import { loadSeedFile } from "../seed/load-seed-file.ts";
import { slackClients } from "../slack/client/clients.ts";
import { openDatabase } from "./open-database.ts";

/** Runs `npm run seed -- FILE`: loads a seed file into the database that DATABASE_URL names. */
async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error("Say which file: npm run seed -- FILE");
  const config = readSeedConfig();
  const text = await readFile(file, "utf8").catch(() => {
    throw new Error(`The file ${file} cannot be read.`);
  });
  const log = createLog(config.logLevel);
  const server = await openDatabase(config.databaseUrl);
  const database = connect(server.url, { applicationName: "signoff-seed" });
  try {
    await migrate(server.url);
    const { people } = slackClients({ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log });
    const context = { db: database.db, now: () => new Date(), wake: () => {} };
    const { organizationId } = await install(context, people, log);
    await loadSeedFile(context, organizationId, text, (email) => findByEmail(people, email));
    process.stdout.write(`Loaded ${file} into ${organizationId}.\n`);
  } finally {
    await database.close();
    await server.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

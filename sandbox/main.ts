import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import postgres from "postgres";
import { createLog } from "../src/lib/log.ts";
import { startEmbedded } from "../tools/embedded-postgres/embedded.ts";
import { startCi } from "./ci/start.ts";
import { freePort } from "./free-port.ts";
import { createPage } from "./page/index.ts";
import { people } from "./people.ts";
import { startStack } from "./stack.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/**
 * The preferred ports of the page, the bot, and the webhook receiver. If one is in use, a free port replaces
 * it.
 */
const preferredPorts = { page: 4000, bot: 4001, receiver: 4002 };

/** Channels besides #general, to try channel cards in. */
const channels = [
  { name: "releases", members: ["dana", "bob", "carol", "ada", "bot"] },
  { name: "random", members: ["dana", "bob", "carol", "ada", "sam"] },
  { name: "partners", members: ["bob", "ada", "bot"], isExtShared: true },
];

/** User groups that a role can be linked to. */
const userGroups = [{ handle: "release-managers", name: "Release Managers", users: ["bob", "carol"] }];

/**
 * Runs `npm run sandbox`: the bot with its production wiring, stand-ins for Slack and Resend, and a page to
 * use them. With `--empty`, the bot starts with nothing set up.
 */
async function main(isEmpty: boolean): Promise<void> {
  const log = createLog("warn");
  const database = await startEmbedded({ dataDir: `${root}.data/sandbox` });
  await emptyDatabase(database.url);
  const pagePort = await freePort(preferredPorts.page);
  const pageUrl = `http://localhost:${pagePort}/`;
  const stack = await startStack({
    databaseUrl: database.url,
    manifest: `${root}manifest.yml`,
    ...(!isEmpty && { seed: `${root}sandbox/seed.yml` }),
    slack: {
      people,
      channels,
      groups: userGroups,
      team: { id: "T0ACME", name: "Acme" },
      publicUrl: () => pageUrl,
    },
    app: { log },
    port: await freePort(preferredPorts.bot),
    // The webhook receiver runs on this machine.
    env: { SIGNOFF_ALLOW_PRIVATE_WEBHOOKS: "true" },
  });
  const ci = await startCi(stack, {
    ...{ pageUrl, port: await freePort(preferredPorts.receiver), log },
    webhookOf: isEmpty ? undefined : "commerce/inventory-feed",
  });
  const page = createPage({ slack: stack.slack, inbox: () => stack.mail.inbox(), people, ci });
  await listen(page.fetch, pagePort);
  process.stdout.write(
    `\n  The sandbox is ready: http://localhost:${pagePort}\n  The REST API: ${ci.apiUrl}\n  Ctrl-C stops it. Each start begins anew${isEmpty ? ", with nothing set up" : ""}.\n\n`,
  );
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    void Promise.all([stack.stop(), ci.receiver.stop()])
      .then(() => database.stop())
      .finally(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

/** Empties the database, because the Slack stand-in loses its messages when it stops. */
async function emptyDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`drop schema if exists drizzle cascade`;
  await sql`drop schema public cascade`;
  await sql`create schema public`;
  await sql.end();
}

type Fetch = (request: Request) => Response | Promise<Response>;

function listen(fetch: Fetch, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port }, () => resolve());
    server.once("error", reject);
  });
}

main(process.argv.includes("--empty")).catch((error: unknown) => {
  process.stderr.write(
    `The sandbox did not start.\n${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});

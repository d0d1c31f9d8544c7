import type { BlockAction } from "@slack/bolt";
import postgres from "postgres";
import { createLog } from "../../src/lib/log.ts";
import { createSlackApp } from "../../src/slack/client/app.ts";
import { ids } from "../../src/slack/kernel/ids.ts";
import { createWeb } from "../../src/web/app.ts";
import { listen } from "../../src/web/listen.ts";
import { slackReceiver } from "../../src/web/receiver/slack-receiver.ts";
import { decideInOneStatement } from "../floor.ts";
import { workspace } from "../payloads.ts";
import { answerParent } from "../process.ts";

export type StackStart = {
  /** Null: the listener is empty. Otherwise it runs the whole decision as one prepared statement. */
  databaseUrl: string | null;
};

/** The size of the bot's own pool (db/connection/connect.ts). */
const connections = 10;

let sql: postgres.Sql | undefined;

/** The bot's web stack (Hono, receiver, Bolt) with a minimal listener. */
async function start({ databaseUrl }: StackStart): Promise<number> {
  const log = createLog("error");
  const receiver = slackReceiver({ signingSecret: workspace.signingSecret, log });
  const slack = await createSlackApp({
    receiver,
    authorize: async (teamId) => ({
      teamId,
      botToken: workspace.botToken,
      botId: "B0BOT",
      botUserId: "U0BOT",
    }),
    apiUrl: "http://127.0.0.1:9/api/",
    log,
  });
  const client =
    databaseUrl === null ? undefined : postgres(databaseUrl, { max: connections, onnotice: () => {} });
  sql = client;
  slack.action<BlockAction>(
    { action_id: ids.action.approve, type: "block_actions" },
    async ({ ack, body }) => {
      const [action] = body.actions;
      if (client !== undefined && action?.type === "button") {
        await decideInOneStatement(
          client,
          workspace.teamId,
          Number.parseInt(action.value ?? "", 10),
          body.user.id,
        );
      }
      await ack();
    },
  );
  const web = createWeb({
    receiver,
    health: { probes: {}, isReady: () => true },
    readLink: () => undefined,
    findCard: async () => undefined,
    log,
  });
  const listening = await listen({ fetch: (request) => web.fetch(request), host: "127.0.0.1", port: 0 });
  return listening.port;
}

answerParent({ start }, async () => sql?.end({ timeout: 2 }));

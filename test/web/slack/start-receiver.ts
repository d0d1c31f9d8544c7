import type { App } from "@slack/bolt";
import { createLog, type Log } from "../../../src/lib/log.ts";
import { type Authorize, createSlackApp } from "../../../src/slack/client/app.ts";
import {
  type SlackReceiver,
  type SlackReceiverSettings,
  slackReceiver,
} from "../../../src/web/receiver/slack-receiver.ts";
import { type SlackPost, signingSecret, slackRequest } from "./sign.ts";

type Started = {
  app: App;
  receiver: SlackReceiver;
  /** The logged lines of every level. */
  lines: string[];
  send(post: SlackPost): Promise<Response>;
};

/** Bolt with the real receiver, without a server. */
export async function startReceiver(
  settings: Partial<SlackReceiverSettings> & { authorize?: Authorize } = {},
): Promise<Started> {
  const { log, lines } = recordedLog();
  const {
    authorize = async (teamId) => ({ teamId, botToken: "xoxb-1", botId: "B1", botUserId: "UBOT" }),
    ...rest
  } = settings;
  const receiver = slackReceiver({ signingSecret, log, ...rest });
  const app = await createSlackApp({ receiver, authorize, apiUrl: "http://127.0.0.1:9/api/", log });
  return { app, receiver, lines, send: (post) => receiver.handle(slackRequest(post)) };
}

export function recordedLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: createLog("trace", { write: (line) => lines.push(line) }) };
}

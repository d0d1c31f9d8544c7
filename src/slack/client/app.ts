import { App, type Receiver } from "@slack/bolt";
import type { FetchFunction } from "@slack/web-api";
import type { Log } from "../../lib/log.ts";
import { clientOptions } from "./clients.ts";
import { slackLogger } from "./logger.ts";

/** The identity that the bot has in one workspace. */
export type Installation = { teamId: string; botToken: string; botId?: string; botUserId?: string };

/**
 * Finds the installation for a workspace (T…), or for an Enterprise organization (E…) where Slack names no workspace.
 * Throws where there is none, and where it cannot tell: the person then sees that it failed, and Slack sends events again.
 */
export type Authorize = (teamId: string) => Promise<Installation>;

type SlackAppDeps = {
  receiver: Receiver;
  authorize: Authorize;
  apiUrl?: string | undefined;
  log: Log;
};

/** How long an answer by response_url may take, in milliseconds: Bolt sets no limit of its own. */
const respondTimeout = 5_000;

/**
 * Makes the Bolt app. It calls nothing by itself and is ready at once; listeners are added by the caller. The `client`
 * that they get has the options of `views`: no repeats, an error at once when rate-limited, 2 seconds.
 *
 * What a listener throws, and what `authorize` throws, comes out of `app.processEvent`: only the receiver can still
 * answer the request then. With an error handler that returns, Bolt would acknowledge what `authorize` refused with an
 * empty 200, and leave what a listener did not acknowledge without any answer.
 */
export async function createSlackApp({ receiver, authorize, apiUrl, log }: SlackAppDeps): Promise<App> {
  const app = new App({
    receiver,
    authorize: async ({ teamId, enterpriseId }) => authorize(known(teamId ?? enterpriseId)),
    clientOptions: { ...clientOptions({ apiUrl, log, timeout: 2_000 }), fetch: fetchInTime },
    logger: slackLogger(log),
    convoStore: false,
    deferInitialization: true,
    tokenVerificationEnabled: false,
  });
  app.error(async (error) => {
    throw error;
  });
  await app.init();
  return app;
}

function known(teamId: string | undefined): string {
  if (teamId === undefined) throw new Error("The request names no workspace");
  return teamId;
}

const fetchInTime: FetchFunction = (url, init) =>
  fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(respondTimeout) });

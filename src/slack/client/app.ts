import { App, type Context, type Receiver } from "@slack/bolt";
import type { FetchFunction } from "@slack/web-api";
import type { Log } from "../../lib/log.ts";
import { clientOptions } from "./clients.ts";
import { slackLogger } from "./logger.ts";

/** The bot in one workspace. */
export type Installation = { teamId: string; botToken: string; botId?: string; botUserId?: string };

/**
 * Returns the installation of a workspace (T…), or of an Enterprise organization (E…) for an app that is installed in all
 * of it. Undefined: there is none, and no listener runs. Throws if it cannot be read: the person then sees a failure, and
 * Slack sends events again.
 */
export type Authorize = (teamId: string) => Promise<Installation | undefined>;

type SlackAppDeps = {
  receiver: Receiver;
  authorize: Authorize;
  apiUrl?: string | undefined;
  log: Log;
};

/** What Bolt puts into the context of a call from a workspace without an installation. */
const notInstalled = { installed: false };

/** Returns whether a call comes from a workspace, or an organization, that has not installed the app. */
export const isFromElsewhere = (context: Context): boolean => context.installed === false;

/** How long an answer by response_url may take, in milliseconds. Bolt sets no limit. */
const respondTimeoutMs = 5_000;

/**
 * Returns a Bolt app that is ready and has no listeners. It calls Slack only when a listener does. The `client` that
 * listeners get does not retry, throws when rate-limited, and has a timeout of 2 seconds, like `SlackClients.views`.
 *
 * The errors of listeners and of `authorize` come out of `app.processEvent`, so that the receiver can answer the
 * request. With an error handler that returns, Bolt would answer an unauthorized request with an empty 200, and would not
 * answer a request that its listener did not acknowledge.
 */
export async function createSlackApp({ receiver, authorize, apiUrl, log }: SlackAppDeps): Promise<App> {
  const app = new App({
    receiver,
    authorize: async ({ teamId, enterpriseId, isEnterpriseInstall }) => {
      const wanted = isEnterpriseInstall ? enterpriseId : (teamId ?? enterpriseId);
      const installation = wanted === undefined ? undefined : await authorize(wanted);
      return installation ?? notInstalled;
    },
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

const fetchInTime: FetchFunction = (url, init) =>
  fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(respondTimeoutMs) });

import { errorWords } from "../lib/error-words.ts";
import type { Log } from "../lib/log.ts";
import { slackErrorClass } from "../lib/slack-error.ts";
import { botTokenHint } from "../lib/slack-token.ts";
import { saveOrganization } from "../usecases/people/save-organization.ts";
import type { Context } from "../usecases/shared/context.ts";
import { checkScopes } from "./bot-scopes.ts";
import { readSlackUser, type SlackUser } from "./slack-user.ts";

/** The Slack methods that read people and the token's workspace. */
export type PeopleClient = {
  auth: {
    test(): Promise<{
      team_id?: string | undefined;
      team?: string | undefined;
      url?: string | undefined;
      bot_id?: string | undefined;
      user_id?: string | undefined;
      is_enterprise_install?: boolean | undefined;
      /** The scopes of the token, from the header x-oauth-scopes. */
      response_metadata?: { scopes?: string[] | undefined } | undefined;
    }>;
  };
  users: {
    info(asked: { user: string }): Promise<{ user?: unknown }>;
    lookupByEmail(asked: { email: string }): Promise<{ user?: unknown }>;
  };
};

export type Installed = {
  organizationId: string;
  botId: string;
  botUserId: string;
  fetchUser(userId: string): Promise<SlackUser>;
};

const tries = 15;
const pauseMs = 2000;

/**
 * Asks Slack which workspace the token belongs to, and stores that workspace as an organization. Retries for half a
 * minute while Slack is away. Logs the scopes that the token is missing.
 *
 * @throws Error if Slack rejects the token, if it is not the bot's or cannot do the least that Signoff needs, or if Slack
 *   cannot be reached in that time
 */
export async function install(
  context: Context,
  people: PeopleClient,
  log: Pick<Log, "warn" | "error">,
): Promise<Installed> {
  const identity = await testToken(people, log);
  checkKind(identity, log);
  const { team_id: organizationId, team: name, url } = identity;
  if (organizationId === undefined || url === undefined)
    throw new Error("Slack does not say whose the bot token is");
  await saveOrganization(context, { id: organizationId, name: name ?? organizationId, url });
  return {
    organizationId,
    botId: identity.bot_id ?? "",
    botUserId: identity.user_id ?? "",
    fetchUser: async (user) => readSlackUser((await people.users.info({ user })).user),
  };
}

type Identity = Awaited<ReturnType<PeopleClient["auth"]["test"]>>;

/** Throws if the token is not one of a bot in one workspace, or lacks a scope without which nothing works. */
function checkKind(identity: Identity, log: Pick<Log, "error">): void {
  if (identity.is_enterprise_install)
    throw new Error(
      `SLACK_BOT_TOKEN is of an app that is installed for a whole organization. Install the app in one workspace, and set SLACK_BOT_TOKEN to ${botTokenHint} there.`,
    );
  if (identity.bot_id === undefined)
    throw new Error(
      `SLACK_BOT_TOKEN is not a bot token: it is the token of a person. Set it to ${botTokenHint}.`,
    );
  const granted = identity.response_metadata?.scopes;
  if (granted === undefined) return;
  const { fatal, missing } = checkScopes(granted);
  if (missing.length === 0) return;
  const words = `SLACK_BOT_TOKEN lacks these scopes: ${missing.join(", ")}. Add them under "OAuth & Permissions" of the Slack app (manifest.yml has all of them), and reinstall the app.`;
  if (fatal) throw new Error(words);
  log.error({}, words);
}

/** Whether a retry cannot help. A missing scope stays missing until the app is reinstalled. */
const isTokenRejected = (error: unknown): boolean => slackErrorClass(error) === "token";

async function testToken(people: PeopleClient, log: Pick<Log, "warn">) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await people.auth.test();
    } catch (error) {
      const words = errorWords(error);
      if (isTokenRejected(error)) {
        throw new Error(
          `Slack refuses SLACK_BOT_TOKEN (${words}). Set it to ${botTokenHint}, copied again after the app was last installed.`,
        );
      }
      if (tried >= tries)
        throw new Error(`Slack cannot be reached: ${words}. Check the network and SLACK_API_URL.`);
      log.warn({ err: error }, "Slack is not reachable yet; retrying");
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

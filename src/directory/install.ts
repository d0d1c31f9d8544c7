import type { Log } from "../lib/log.ts";
import { slackErrorClass } from "../lib/slack-error.ts";
import { saveOrganization } from "../usecases/people/save-organization.ts";
import type { Context } from "../usecases/shared/context.ts";
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
 * minute while Slack is away.
 *
 * @throws Error if Slack rejects the token, or cannot be reached in that time
 */
export async function install(
  context: Context,
  people: PeopleClient,
  log: Pick<Log, "warn">,
): Promise<Installed> {
  const identity = await testToken(people, log);
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

/** Whether a retry cannot help. A missing scope stays missing until the app is reinstalled. */
const isTokenRejected = (error: unknown): boolean => slackErrorClass(error) === "token";

async function testToken(people: PeopleClient, log: Pick<Log, "warn">) {
  for (let tried = 1; ; tried += 1) {
    try {
      return await people.auth.test();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (isTokenRejected(error)) {
        throw new Error(
          `Slack refuses SLACK_BOT_TOKEN (${words}). Copy it anew from the Slack app's "OAuth & Permissions".`,
        );
      }
      if (tried >= tries)
        throw new Error(`Slack cannot be reached: ${words}. Check the network and SLACK_API_URL.`);
      log.warn({ err: error }, "Slack is not reachable yet; retrying");
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

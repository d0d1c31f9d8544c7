import type { PeopleClient } from "./install.ts";
import type { SlackUser } from "./slack-user.ts";

/** Somebody of the workspace by email; undefined where Slack knows nobody: https://docs.slack.dev/reference/methods/users.lookupByEmail */
export async function findByEmail(people: PeopleClient, email: string): Promise<SlackUser | undefined> {
  try {
    return (await people.users.lookupByEmail({ email })).user as SlackUser;
  } catch (error) {
    if (String(error).includes("users_not_found")) return undefined;
    throw error;
  }
}

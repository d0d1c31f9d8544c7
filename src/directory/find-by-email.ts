import { slackErrorClass } from "../lib/slack-error.ts";
import type { PeopleClient } from "./install.ts";
import { readSlackUser, type SlackUser } from "./slack-user.ts";

/** Returns the workspace's user with this address, or undefined: https://docs.slack.dev/reference/methods/users.lookupByEmail */
export async function findByEmail(people: PeopleClient, email: string): Promise<SlackUser | undefined> {
  try {
    return readSlackUser((await people.users.lookupByEmail({ email })).user);
  } catch (error) {
    if (slackErrorClass(error) === "person") return undefined;
    throw error;
  }
}

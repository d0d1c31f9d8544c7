import type { Outcome } from "../domain/delivery/outcome.ts";
import type { MemberId } from "../domain/people/people.ts";
import { slackErrorClass, slackErrorCode } from "../lib/slack-error.ts";
import { deactivateMember } from "../usecases/people/deactivate-member.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Directory } from "./directory.ts";
import { memberOf, readSlackUser } from "./slack-user.ts";

/** Reads one member again. A member that Slack no longer knows is deactivated; one that it does not show stays as stored. */
export async function refreshMember(
  directory: Directory,
  organizationId: string,
  userId: MemberId,
  because: "event" | "moved" = "event",
): Promise<Outcome> {
  const { context, clientFor, faultOf } = directory;
  const asOf = context.now();
  try {
    const { user } = await clientFor(organizationId).users.info({ user: userId });
    await saveMembers(context, [memberOf(readSlackUser(user), organizationId)], { asOf, because });
  } catch (error) {
    if (slackErrorClass(error) !== "person") return faultOf(error);
    if (slackErrorCode(error) !== "user_not_found") return { kind: "done" };
    await deactivateMember(context, organizationId, userId, { surface: "slack", asOf });
  }
  return { kind: "done" };
}

import { knowMembers } from "../directory/know-member.ts";
import { syncRole } from "../directory/sync-role.ts";
import { getNoAccess } from "../queries/people/get-access.ts";
import { checkChannel } from "../slack/client/check-channel.ts";
import { listGroups } from "../slack/client/list-groups.ts";
import type { SlackDeps } from "../slack/kernel/deps.ts";
import { viewsOf } from "../slack/kernel/views.ts";
import { type Core, directoryOf } from "./core.ts";
import { webhookSettings } from "./webhook-deps.ts";

/**
 * Returns what the Slack listeners need.
 *
 * @param answerWithinMs how long a listener may take, in milliseconds
 */
export function createSlackDeps(core: Core, answerWithinMs: number): SlackDeps {
  const { config, context, clients, installed, metrics, log } = core;
  const know = knowMembers(context, (_, userId) => installed.fetchUser(userId));
  return {
    context,
    knowMember: async (organizationId, userId, check) => {
      await know(organizationId, userId);
      return check === "here" ? getNoAccess(context.db, organizationId, userId) : null;
    },
    viewsFor: () => viewsOf(clients.views),
    ownViews: viewsOf(clients.views),
    checkChannel: (_, channelId) => checkChannel(clients.people, channelId),
    listGroups: () => listGroups(clients.people),
    syncRole: (organizationId, roleId) => syncRole(directoryOf(core), organizationId, roleId),
    publicUrl: config.http.publicUrl,
    webhooks: webhookSettings(config, context),
    faulted: metrics.faulted,
    log,
    answerWithinMs,
  };
}

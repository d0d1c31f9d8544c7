import type { App } from "@slack/bolt";
import { planGroupSync, planMemberRefresh } from "../../usecases/people/plan-refresh.ts";
import type { SlackDeps } from "../kernel/deps.ts";

/**
 * People and groups that changed. What is to be read anew is stored before Slack is answered: when that fails the
 * error goes out, and Slack sends the event again. https://docs.slack.dev/apis/events-api/#retries
 */
export function listenToPeople(app: App, ports: SlackDeps): void {
  app.event("user_change", ({ event: { user }, context }) =>
    planMemberRefresh(ports.context, context.teamId ?? "", user.id, {
      // Slack also tells of every status and picture: those whom we never met do not matter, unless they run the workspace.
      matters: Boolean(user.is_admin || user.is_owner),
      left: user.deleted === true,
    }),
  );
  app.event("team_join", ({ event: { user }, context }) =>
    planMemberRefresh(ports.context, context.teamId ?? "", user.id, { matters: true, left: false }),
  );
  app.event("subteam_members_changed", ({ event, context }) =>
    planGroupSync(ports.context, context.teamId ?? "", event.subteam_id),
  );
  app.event("subteam_updated", ({ event, context }) =>
    planGroupSync(ports.context, context.teamId ?? "", event.subteam.id),
  );
}

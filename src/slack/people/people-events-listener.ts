import type { App } from "@slack/bolt";
import { scheduleGroupSync, scheduleMemberRefresh } from "../../usecases/people/schedule-refresh.ts";
import type { SlackDeps } from "../kernel/deps.ts";

/**
 * Listens to changes of people and user groups. What must be read again is stored before Slack is answered. If that
 * fails, the error goes out and Slack sends the event again. https://docs.slack.dev/apis/events-api/#retries
 */
export function listenToPeople(app: App, { context: useCases }: SlackDeps): void {
  app.event("user_change", ({ event: { user }, context }) =>
    scheduleMemberRefresh(useCases, context.teamId ?? "", user.id, {
      // Slack reports every new status and picture. Unknown people do not matter, unless they run the workspace.
      readsUnknown: Boolean(user.is_admin || user.is_owner),
      deactivated: user.deleted === true,
    }),
  );
  app.event("team_join", ({ event: { user }, context }) =>
    scheduleMemberRefresh(useCases, context.teamId ?? "", user.id, {
      readsUnknown: true,
      deactivated: false,
    }),
  );
  app.event("subteam_members_changed", ({ event, context }) =>
    scheduleGroupSync(useCases, context.teamId ?? "", event.subteam_id),
  );
  app.event("subteam_updated", ({ event, context }) =>
    scheduleGroupSync(useCases, context.teamId ?? "", event.subteam.id),
  );
}

import { deployHandler } from "../deliver/deployers/deploy.ts";
import { record } from "../deliver/deployers/record.ts";
import { webhook } from "../deliver/deployers/webhook.ts";
import { emailHandlers } from "../deliver/email/email-handlers.ts";
import { followUpHandlers } from "../deliver/follow-up-handlers.ts";
import { homeHandlers } from "../deliver/slack/redraw-home.ts";
import { slackHandlers } from "../deliver/slack/slack-handlers.ts";
import { type DeniedCalls, whileClosed } from "../deliver/while-closed.ts";
import { directoryHandlers } from "../directory/handlers.ts";
import { jobHandlers } from "../jobs/handlers.ts";
import { bindHandlers, type Handler, type Handlers } from "../outbox/handlers.ts";
import { redrawHome } from "../slack/home/draw-home.ts";
import type { SlackDeps } from "../slack/kernel/deps.ts";
import { viewsOf } from "../slack/kernel/views.ts";
import { allowCall, denyCall } from "../usecases/delivery/deny-call.ts";
import type { Breakers } from "./breakers.ts";
import { type Core, clientOf, directoryOf } from "./core.ts";
import { emailDeps } from "./email-deps.ts";
import { webhookDeps } from "./webhook-deps.ts";

/** Returns the handler of each kind of outbox item. Slack's are guarded here; emails enter their breaker themselves. */
export function createHandlers(
  core: Core,
  slackDeps: SlackDeps,
  breakers: Breakers,
): Record<string, Handler> {
  const { config, context, clients, installed, log } = core;
  const deployers = { record, webhook: webhook(webhookDeps(config, context)) };
  // The outbox draws Homes with a client of its own, so that it does not delay people's dialogs.
  const homeDeps: SlackDeps = { ...slackDeps, viewsFor: () => viewsOf(clients.homes) };
  const handlers: Handlers = {
    ...followUpHandlers(context),
    ...slackHandlers({ context, clientFor: clientOf(installed, clients.messages) }),
    ...emailHandlers(emailDeps(core, breakers.email)),
    ...homeHandlers({
      context,
      redraw: (organizationId, memberId) => redrawHome(homeDeps, organizationId, memberId),
    }),
    ...directoryHandlers(directoryOf(core)),
    ...jobHandlers(context, log),
    deploy: deployHandler({ context, deployers }),
  };
  const denied: DeniedCalls = {
    deny: (organizationId, method, reason) => denyCall(context, organizationId, { method, reason }),
    allow: (organizationId, reason) => allowCall(context, organizationId, reason, core.acceptedAt),
  };
  return bindHandlers(handlers, whileClosed({ slack: breakers.slack }, denied));
}

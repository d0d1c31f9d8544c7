import type { WebClient } from "@slack/web-api";
import type { Config } from "../config.ts";
import { abandon, deploy } from "../deliver/deployers/deploy.ts";
import { record } from "../deliver/deployers/record.ts";
import { webhook } from "../deliver/deployers/webhook.ts";
import { sendAdminEmail } from "../deliver/email/admin-emails.ts";
import { sendEmail } from "../deliver/email/email-notices.ts";
import { sendAdminMessage } from "../deliver/slack/admin-messages.ts";
import { type CardDeps, drawCard } from "../deliver/slack/cards.ts";
import { sendMessage } from "../deliver/slack/messages.ts";
import type { Posted } from "../deliver/slack/post.ts";
import { removeMessage } from "../deliver/slack/remove-message.ts";
import { slackFault } from "../deliver/slack/slack-fault.ts";
import type { Directory } from "../directory/directory.ts";
import { directoryHandlers } from "../directory/handlers.ts";
import type { Installed } from "../directory/install.ts";
import { system } from "../domain/shared/actor.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Payload } from "../outbox/items.ts";
import type { Handler } from "../outbox/worker.ts";
import type { SlackClients } from "../slack/client/clients.ts";
import { askDirectly } from "../usecases/delivery/ask-directly.ts";
import { homesChanged } from "../usecases/delivery/follow-homes.ts";
import { removeMessages } from "../usecases/delivery/remove-messages.ts";
import { followCoverage, reportUndelivered } from "../usecases/delivery/report-undelivered.ts";
import { makeDue } from "../usecases/delivery/resume-sending.ts";
import { saveCard } from "../usecases/delivery/save-card.ts";
import { checkWarning, reportUntold } from "../usecases/delivery/tell-admins.ts";
import { tellChange } from "../usecases/delivery/tell-change.ts";
import { applyDeploymentReport } from "../usecases/deployments/apply-deployment-report.ts";
import { cancelRequests } from "../usecases/requests/cancel-requests.ts";
import type { Context } from "../usecases/shared/context.ts";
import { followSettings } from "../usecases/workflow/follow-settings.ts";
import type { Breakers } from "./breakers.ts";
import { emailParts } from "./email.ts";
import { webhookParts } from "./webhooks.ts";

/** A handler per kind of outbox item. A new channel or deployer is a line here. */
export function createHandlers(
  config: Config,
  context: Context,
  clients: SlackClients,
  installed: Installed,
  { rateLimited, breakers }: Pick<Metrics, "rateLimited"> & { breakers: Breakers },
): Record<string, Handler> {
  const { db, now } = context;
  const clientFor = only(installed, clients.messages);
  const email = emailParts(config, context, breakers.email, () => rateLimited("resend", "emails.send"));
  const deployment = {
    db,
    deployers: { record, webhook: webhook(webhookParts(config, context)) },
    report: (
      organizationId: string,
      deploymentId: string,
      report: Parameters<typeof applyDeploymentReport>[1]["report"],
      link: string | null,
    ) => {
      const actor = system("the deployer's report");
      return applyDeploymentReport(context, {
        organizationId,
        deploymentId,
        actor,
        surface: "deployer",
        report,
        link,
      });
    },
  };
  const slack = { db, now, clientFor, ...messageKeeping(context) };
  return {
    "request-changed": {
      run: async (item) => {
        await tellChange(context, item.organizationId, item.payload as Payload<"request-changed">);
        await homesChanged(context, item.organizationId);
        return { kind: "done" };
      },
    },
    "settings-changed": {
      run: async (item) => {
        await followSettings(context, item.organizationId);
        await homesChanged(context, item.organizationId);
        return { kind: "done" };
      },
    },
    "cancel-requests": {
      run: async (item) => {
        await cancelRequests(context, item.organizationId, item.payload as Payload<"cancel-requests">);
        return { kind: "done" };
      },
    },
    "draw-card": {
      run: (item) => drawCard({ ...slack, ...cardKeeping(context) }, item),
      ...reporting(context),
    },
    "send-message": { run: (item) => sendMessage(slack, item), ...reporting(context) },
    "remove-message": { run: (item) => removeMessage(slack, item) },
    "send-admin-message": { run: (item) => sendAdminMessage(slack, item), ...reportingUntold(context) },
    "send-admin-email": { run: (item) => sendAdminEmail(email, item), ...reportingUntold(context) },
    "check-warning": checkingWarning(context),
    "make-due": {
      run: async (item) => {
        await makeDue(context, item.organizationId, item.payload as Payload<"make-due">);
        return { kind: "done" };
      },
    },
    "send-email": { run: (item) => sendEmail(email, item), ...reporting(context) },
    "follow-reach": followingReach(context),
    deploy: {
      run: (item, signal) => deploy(deployment, item, signal),
      onDead: (item, reason) => abandon(deployment, item, reason),
      maxAttempts: deployAttempts,
    },
    ...directoryHandlers(directoryOf(context, clients, installed)),
  };
}

/** About 40 minutes: whoever waits for a deployment must learn that nobody answers, and may try again. */
const deployAttempts = 24;

/** Reports what was given up, so that the requester learns whom nothing reached. */
const reporting = (context: Context): Required<Pick<Handler, "onDead">> => ({
  onDead: ({ organizationId, payload }) =>
    reportUndelivered(context, organizationId, payload as Payload<"draw-card" | "send-email">),
});

/** A warning that did not reach an admin may have reached none. */
const reportingUntold = (context: Context): Required<Pick<Handler, "onDead">> => ({
  onDead: ({ organizationId, payload }) =>
    reportUntold(context, organizationId, payload as Payload<"send-admin-email">),
});

const checkingWarning = (context: Context): Handler => ({
  run: async ({ organizationId, payload }) => {
    const { sending } = await checkWarning(context, organizationId, payload as Payload<"check-warning">);
    return sending ? { kind: "later", afterMs: lookAgainMs } : { kind: "done" };
  },
});

/** While somebody is still being tried, it is looked again after so many milliseconds. */
const lookAgainMs = 10_000;

const followingReach = (context: Context): Handler => ({
  run: async ({ organizationId, payload }) => {
    const { trying } = await followCoverage(
      context,
      organizationId,
      (payload as Payload<"follow-reach">).number,
    );
    return trying ? { kind: "later", afterMs: lookAgainMs } : { kind: "done" };
  },
});

/** What the delivery of a message reports. */
const messageKeeping = (context: Context) => ({
  removeCopies: (organizationId: string, copies: readonly Posted[]) =>
    removeMessages(
      context,
      organizationId,
      copies.map((copy) => ({ ...copy, cardId: null })),
    ),
});

/** What the delivery of a card reports. */
function cardKeeping(context: Context): Pick<CardDeps, "saveCard" | "askDirectly" | "removeCopies"> {
  return {
    removeCopies: ({ organizationId, id: cardId }, copies) =>
      removeMessages(
        context,
        organizationId,
        copies.map((copy) => ({ ...copy, cardId })),
      ),
    saveCard: (card, drawn) => saveCard(context, card, drawn),
    askDirectly: (card, ids) => askDirectly(context, card.organizationId, card.requestNumber, ids),
  };
}

export function directoryOf(context: Context, clients: SlackClients, installed: Installed): Directory {
  return { context, clientFor: only(installed, clients.directory), faultOf: slackFault };
}

/** The client of the one workspace that installed Signoff; throws for any other. */
export function only({ organizationId: ours }: Installed, client: WebClient): (asked: string) => WebClient {
  return (asked) => {
    if (asked !== ours) throw new Error(`${asked} has not installed Signoff`);
    return client;
  };
}

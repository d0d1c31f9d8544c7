import type { WebClient } from "@slack/web-api";
import type { Config } from "./config.ts";
import { sendAdminMessage } from "./deliver/admin-messages.ts";
import { type CardParts, drawCard } from "./deliver/cards.ts";
import { abandon, deploy } from "./deliver/deployers/deploy.ts";
import { record } from "./deliver/deployers/record.ts";
import { createEmailSender } from "./deliver/email/send.ts";
import { sendEmail } from "./deliver/email-notices.ts";
import { sendMessage } from "./deliver/messages.ts";
import { slackFault } from "./deliver/slack-fault.ts";
import type { Directory } from "./directory/directory.ts";
import { directoryHandlers } from "./directory/handlers.ts";
import type { Installed } from "./directory/install.ts";
import { system } from "./domain/actor.ts";
import { signLink } from "./links.ts";
import type { Handler } from "./outbox/worker.ts";
import type { SlackClients } from "./slack/clients.ts";
import { askDirectly } from "./usecases/ask-directly.ts";
import { type CancelRequests, cancelRequests } from "./usecases/cancel-requests.ts";
import type { Context } from "./usecases/context.ts";
import { homesChanged } from "./usecases/follow-homes.ts";
import { followSettings } from "./usecases/follow-settings.ts";
import { keepEmail } from "./usecases/keep-email.ts";
import type { RequestChanged } from "./usecases/record-change.ts";
import { reportDeployment } from "./usecases/report-deployment.ts";
import { saveCard } from "./usecases/save-card.ts";
import { tellChange } from "./usecases/tell-change.ts";

/** A handler per kind of outbox item. A new channel or deployer is a line here. */
export function createHandlers(
  config: Config,
  context: Context,
  clients: SlackClients,
  installed: Installed,
): Record<string, Handler> {
  const { db, now } = context;
  const clientFor = only(installed, clients.messages);
  const { apiKey, baseUrl, from } = config.email;
  const email = {
    db,
    now,
    from,
    linkFor: (organization: string, request: number, member: string) =>
      `${config.http.publicUrl}/r/${signLink(config.secret, { organization, request, member })}`,
    send: createEmailSender({ apiKey, from, ...(baseUrl === undefined ? {} : { baseUrl }) }),
    keepEmail: (kept: Parameters<typeof keepEmail>[1]) => keepEmail(context, kept),
  };
  const deployment = {
    db,
    deployers: { record },
    report: (
      organizationId: string,
      deploymentId: string,
      report: Parameters<typeof reportDeployment>[1]["report"],
      link: string | null,
    ) => {
      const actor = system("the deployer's report");
      return reportDeployment(context, {
        organizationId,
        deploymentId,
        actor,
        surface: "deployer",
        report,
        link,
      });
    },
  };
  const slack = { db, now, clientFor };
  return {
    "request-changed": {
      run: async (item) => {
        await tellChange(context, item.organizationId, item.payload as RequestChanged);
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
        await cancelRequests(context, item.organizationId, item.payload as CancelRequests);
        return { kind: "done" };
      },
    },
    "draw-card": {
      run: (item) => drawCard({ ...slack, ...cardKeeping(context) }, item),
    },
    "send-message": { run: (item) => sendMessage(slack, item) },
    "send-admin-message": { run: (item) => sendAdminMessage(slack, item) },
    "send-email": { run: (item) => sendEmail(email, item) },
    deploy: {
      run: (item) => deploy(deployment, item),
      onDead: (item, reason) => abandon(deployment, item, reason),
    },
    ...directoryHandlers(directoryOf(context, clients, installed)),
  };
}

/** What the delivery of a card reports. */
function cardKeeping(context: Context): Pick<CardParts, "saveCard" | "askDirectly"> {
  return {
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

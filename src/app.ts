import type { WebClient } from "@slack/web-api";
import { sql } from "drizzle-orm";
import { connect, type Database } from "../db/connect.ts";
import { migrate } from "../db/migrate.ts";
import type { Config } from "./config.ts";
import { drawCard } from "./deliver/cards.ts";
import { abandon, deploy } from "./deliver/deployers/deploy.ts";
import { record } from "./deliver/deployers/record.ts";
import { createEmailSender } from "./deliver/email/send.ts";
import { sendEmail } from "./deliver/email-notices.ts";
import { sendMessage } from "./deliver/messages.ts";
import { type Installed, install } from "./directory/install.ts";
import { knowMember } from "./directory/know-member.ts";
import { system } from "./domain/actor.ts";
import { startJobs } from "./jobs/start.ts";
import { readLink, signLink } from "./links.ts";
import type { Log } from "./log.ts";
import { wakeAll, wakeOnNotify } from "./outbox/wake.ts";
import { type Handler, startOutbox } from "./outbox/worker.ts";
import { getCardLink } from "./queries/get-card.ts";
import { createSlackApp } from "./slack/app.ts";
import { type SlackClients, slackClients } from "./slack/clients.ts";
import { listen as listenToSlack } from "./slack/listeners/index.ts";
import { viewsOf } from "./slack/open-views.ts";
import type { Context } from "./usecases/context.ts";
import { expireOverdue } from "./usecases/expire-request.ts";
import { keepEmail } from "./usecases/keep-email.ts";
import type { RequestChanged } from "./usecases/record-change.ts";
import { reportDeployment } from "./usecases/report-deployment.ts";
import { saveCard } from "./usecases/save-card.ts";
import { tellChange } from "./usecases/tell-change.ts";
import { createWeb } from "./web/app.ts";
import { listen } from "./web/listen.ts";
import { slackReceiver } from "./web/slack-receiver.ts";

/** What tests and benches may set otherwise. */
export type AppOptions = {
  log: Log;
  now?: () => Date;
  /** How long an outbox item is leased, in milliseconds. */
  leaseMs?: number;
  /** How long a listener may take, in milliseconds; inside Slack's 3 s. */
  answerWithinMs?: number;
};

export type App = {
  port: number;
  context: Context;
  organizationId: string;
  /** Resolves when everything that is due has been sent. */
  idle(): Promise<void>;
  /** Takes no more work, finishes what is under way within so many milliseconds, and closes everything. */
  stop(graceMs?: number): Promise<void>;
};

/** The composition root: migrates, connects every port, and listens. Nothing listens before the rest stands. */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log, now = () => new Date() } = options;
  await migrate(config.databaseUrl).catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error);
    throw new Error(`The database cannot be used: ${words}. Check DATABASE_URL and that PostgreSQL runs.`);
  });
  const database = connect(config.databaseUrl);
  const clients = slackClients({ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log });
  try {
    const context: Context = { db: database.db, now, wake: wakeAll(database, () => outbox, log) };
    // Installing adds nothing to the outbox, which cannot run before it is known whose it is.
    const installed = await install({ ...context, wake: () => {} }, clients.people, log);
    const handlers = createHandlers(config, context, clients, installed);
    const { leaseMs } = options;
    const outbox = startOutbox({ database, handlers, log, ...(leaseMs === undefined ? {} : { leaseMs }) });
    const wakening = await wakeOnNotify(config.databaseUrl, outbox);
    const jobs = startJobs({ sweep: () => outbox.sweep(), expire: () => expireOverdue(context) }, log);
    const web = await startWeb(config, options, database, context, clients, installed);
    return {
      port: web.port,
      context,
      organizationId: installed.organizationId,
      idle: () => outbox.idle(),
      stop: async (graceMs = 10_000) => {
        await web.stop(graceMs / 2);
        await jobs.stop();
        await outbox.stop(graceMs / 2);
        await wakening.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** A handler per kind of outbox item. A new channel or deployer is a line here. */
function createHandlers(
  config: Config,
  context: Context,
  clients: SlackClients,
  installed: Installed,
): Record<string, Handler> {
  const { db, now } = context;
  const clientFor = (organizationId: string): WebClient => {
    if (organizationId !== installed.organizationId)
      throw new Error(`${organizationId} has not installed Signoff`);
    return clients.messages;
  };
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
        return { kind: "done" };
      },
    },
    "draw-card": {
      run: (item) => drawCard({ ...slack, saveCard: (card, drawn) => saveCard(context, card, drawn) }, item),
    },
    "send-message": { run: (item) => sendMessage(slack, item) },
    "send-email": { run: (item) => sendEmail(email, item) },
    deploy: {
      run: (item) => deploy(deployment, item),
      onDead: (item, reason) => abandon(deployment, item, reason),
    },
  };
}

/** Everything that comes in over HTTP, on one port. */
async function startWeb(
  config: Config,
  { log, answerWithinMs = 2500 }: AppOptions,
  database: Database,
  context: Context,
  clients: SlackClients,
  installed: Installed,
): Promise<{ port: number; stop(graceMs: number): Promise<void> }> {
  let ready = true;
  const receiver = slackReceiver({ signingSecret: config.slack.signingSecret, log });
  const slack = await createSlackApp({
    receiver,
    authorize: async (teamId) => {
      if (teamId !== installed.organizationId) throw new Error(`${teamId} has not installed Signoff`);
      const { botToken } = config.slack;
      return { teamId, botToken, botId: installed.botId, botUserId: installed.botUserId };
    },
    apiUrl: config.slack.apiUrl,
    log,
  });
  listenToSlack(slack, {
    context,
    knowMember: (organizationId, userId) =>
      knowMember(context, (_, user) => installed.fetchUser(user), organizationId, userId),
    viewsFor: () => viewsOf(clients.views),
    log,
    answerWithinMs,
  });
  const web = createWeb({
    receiver,
    health: { probes: { database: async () => database.db.execute(sql`select 1`) }, isReady: () => ready },
    readLink: (token) => readLink(config.secret, token),
    findCard: async ({ organizationId, number, memberId }) => {
      const url = await getCardLink(context.db, organizationId, number, memberId);
      return url === undefined ? undefined : { url };
    },
    log,
  });
  const listening = await listen({
    fetch: (request) => web.fetch(request),
    host: config.http.host,
    port: config.http.port,
  });
  return {
    port: listening.port,
    stop: async (graceMs) => {
      ready = false;
      await Promise.all([receiver.drain(graceMs), listening.close(graceMs)]);
    },
  };
}

import { sql } from "drizzle-orm";
import { connect, type Database } from "../db/connect.ts";
import { migrate } from "../db/migrate.ts";
import type { Config } from "./config.ts";
import { type HomeParts, homeHandlers } from "./deliver/homes.ts";
import { type Installed, install } from "./directory/install.ts";
import { knowMember } from "./directory/know-member.ts";
import { syncRole } from "./directory/sync-role.ts";
import { createHandlers, directoryOf } from "./handlers.ts";
import { startJobs } from "./jobs/start.ts";
import { readLink } from "./links.ts";
import type { Log } from "./log.ts";
import { wakeAll, wakeOnNotify } from "./outbox/wake.ts";
import { startOutbox } from "./outbox/worker.ts";
import { getCardLink } from "./queries/get-card.ts";
import { createSlackApp } from "./slack/app.ts";
import { checkChannel } from "./slack/check-channel.ts";
import { type SlackClients, slackClients } from "./slack/clients.ts";
import { listGroups } from "./slack/list-groups.ts";
import { redrawHome } from "./slack/listeners/draw-home.ts";
import { listen as listenToSlack } from "./slack/listeners/index.ts";
import { viewsOf } from "./slack/open-views.ts";
import type { Ports } from "./slack/ports.ts";
import type { Context } from "./usecases/context.ts";
import { expireOverdue } from "./usecases/expire-request.ts";
import { expandHomes } from "./usecases/follow-homes.ts";
import { startDirectoryRuns } from "./usecases/start-directory-runs.ts";
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
    const ports = portsOf(options, context, clients, installed);
    const handlers = {
      ...createHandlers(config, context, clients, installed),
      ...homeHandlers(homePartsOf({ ...ports, viewsFor: () => viewsOf(clients.homes) })),
    };
    const { leaseMs } = options;
    const outbox = startOutbox({ database, handlers, log, ...(leaseMs === undefined ? {} : { leaseMs }) });
    const wakening = await wakeOnNotify(config.databaseUrl, outbox);
    const readDirectory = () => startDirectoryRuns(context, installed.organizationId);
    const expire = () => expireOverdue(context);
    const jobs = startJobs({ sweep: () => outbox.sweep(), expire, readDirectory }, log);
    await readDirectory();
    const web = await startWeb(config, options, database, ports, installed);
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

/** What the listeners are given, and what draws a Home. */
function portsOf(
  { log, answerWithinMs = 2500 }: AppOptions,
  context: Context,
  clients: SlackClients,
  installed: Installed,
): Ports {
  return {
    context,
    knowMember: (organizationId, userId) =>
      knowMember(context, (_, user) => installed.fetchUser(user), organizationId, userId),
    viewsFor: () => viewsOf(clients.views),
    checkChannel: (_, channelId) => checkChannel(clients.people, channelId),
    listGroups: () => listGroups(clients.people),
    syncRole: (organizationId, roleId) =>
      syncRole(directoryOf(context, clients, installed), organizationId, roleId),
    log,
    answerWithinMs,
  };
}

/** What the drawing of Homes that are being looked at reads and reports. */
function homePartsOf(ports: Ports): HomeParts {
  return {
    ...{ db: ports.context.db, now: ports.context.now },
    expand: (organizationId) => expandHomes(ports.context, organizationId),
    redraw: (organizationId, memberId) => redrawHome(ports, organizationId, memberId),
  };
}

/** Everything that comes in over HTTP, on one port. */
async function startWeb(
  config: Config,
  { log }: AppOptions,
  database: Database,
  ports: Ports,
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
  listenToSlack(slack, ports);
  const web = createWeb({
    receiver,
    health: { probes: { database: async () => database.db.execute(sql`select 1`) }, isReady: () => ready },
    readLink: (token) => readLink(config.secret, token),
    findCard: async ({ organizationId, number, memberId }) => {
      const url = await getCardLink(ports.context.db, organizationId, number, memberId);
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

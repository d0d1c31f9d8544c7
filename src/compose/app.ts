import { connect, type Database } from "../../db/connection/connect.ts";
import { migrate } from "../../db/connection/migrate.ts";
import { readStats } from "../../db/delivery/stats.ts";
import type { Config } from "../config.ts";
import { type HomeDeps, homeHandlers } from "../deliver/slack/homes.ts";
import { whileClosed } from "../deliver/while-closed.ts";
import { findByEmail } from "../directory/find-by-email.ts";
import { type Installed, install } from "../directory/install.ts";
import { knowMembers } from "../directory/know-member.ts";
import { knowRequesters } from "../directory/know-requester.ts";
import { syncRole } from "../directory/sync-role.ts";
import { batch, jobHandlers, type Work } from "../jobs/handlers.ts";
import { type Jobs, startJobs } from "../jobs/start.ts";
import { cardLinks, readLink } from "../lib/links.ts";
import type { Log } from "../lib/log.ts";
import { readReportToken } from "../lib/secrets.ts";
import { askDatabase } from "../metrics/ask-database.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { wakeAll, wakeOnNotify } from "../outbox/wake.ts";
import { type Outbox, startOutbox } from "../outbox/worker.ts";
import { getCardLink } from "../queries/delivery/get-card.ts";
import { getRequestProgress } from "../queries/requests/get-request-progress.ts";
import { createSlackApp } from "../slack/client/app.ts";
import { checkChannel } from "../slack/client/check-channel.ts";
import { type SlackClients, slackClients } from "../slack/client/clients.ts";
import { listGroups } from "../slack/client/list-groups.ts";
import { redrawHome } from "../slack/home/draw-home.ts";
import type { SlackDeps } from "../slack/kernel/deps.ts";
import { viewsOf } from "../slack/kernel/views.ts";
import { listen as listenToSlack } from "../slack/listen.ts";
import { expandHomes } from "../usecases/delivery/follow-homes.ts";
import { forgetDeliveries } from "../usecases/delivery/prune-deliveries.ts";
import { takeSlot } from "../usecases/delivery/take-slot.ts";
import { endSilentAttempts } from "../usecases/deployments/end-silent-attempts.ts";
import { startDirectoryRuns } from "../usecases/people/start-directory-runs.ts";
import { expireOverdue } from "../usecases/requests/expire-request.ts";
import { remindDue } from "../usecases/requests/remind-due.ts";
import type { Context } from "../usecases/shared/context.ts";
import { forgetAnswers } from "../usecases/tokens/answer-once.ts";
import { createApi } from "../web/api/app.ts";
import { createWaiting, type Waiting } from "../web/api/requests/wait.ts";
import { createWeb } from "../web/app.ts";
import { listen } from "../web/listen.ts";
import { slackReceiver } from "../web/receiver/slack-receiver.ts";
import { closeBreakers, createBreakers, slackKinds } from "./breakers.ts";
import { createHandlers, directoryOf } from "./handlers.ts";
import { webhookSettings } from "./webhooks.ts";

/** What tests and benches may set otherwise. */
export type AppOptions = {
  log: Log;
  now?: () => Date;
  /** How long an outbox item is leased, in milliseconds. */
  leaseMs?: number;
  /** How many outbox items are worked on at once; 0 leaves everything undelivered. */
  deliveriesAtOnce?: number;
  /** How many connections to the database what people ask may use; default 10. */
  connections?: number;
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
  const { connections: max } = options;
  const database = connect(config.databaseUrl, max === undefined ? {} : { max });
  const metrics = createMetrics({
    pool: database.pool,
    readStats: askDatabase(() => readStats(database.sql, 800), log),
  });
  const clients = slackClients({
    ...{ token: config.slack.botToken, apiUrl: config.slack.apiUrl, log },
    onRateLimited: (method) => metrics.rateLimited("slack", method),
  });
  try {
    const context: Context = { db: database.db, now, wake: wakeAll(database, () => followers, log) };
    const waiting = waitingOf(context, log);
    let outbox: Outbox | undefined;
    const followers = { wake: () => [outbox, waiting].forEach((follower) => void follower?.wake()) };
    const installed = await install(context, clients.people, log);
    const { publicUrl } = config.http;
    const webhooks = webhookSettings(config, context);
    const ports = { ...portsOf({ ...options, metrics }, context, clients, installed), publicUrl, webhooks };
    const breakers = createBreakers(context, clients, log);
    const handlers = whileClosed(breakers.slack, slackKinds, {
      ...createHandlers(config, context, clients, installed, { ...metrics, breakers }),
      ...homeHandlers(homePartsOf({ ...ports, viewsFor: () => viewsOf(clients.homes) })),
      ...jobHandlers(workOf(context), log),
    });
    const { leaseMs, deliveriesAtOnce: concurrency } = options;
    const limits = {
      ...(leaseMs !== undefined && { leaseMs }),
      ...(concurrency !== undefined && { concurrency }),
    };
    metrics.expectKinds(Object.keys(handlers));
    await closeBreakers(context, installed.organizationId);
    const wakening = await wakeOnNotify(config.databaseUrl, followers);
    const sweep = async () => void (await outbox?.sweep());
    const jobs = await startJobs(scheduled(context, installed.organizationId, { sweep, waiting }), log);
    const web = await startWeb(
      config,
      { ...options, metrics, waiting, ...clients },
      database,
      ports,
      installed,
    );
    // Last of all: a start that is interrupted, or fails, has claimed nothing.
    const sending = startOutbox({ database, handlers, log, attempted: metrics.attempted, ...limits });
    outbox = sending;
    return {
      port: web.port,
      context,
      organizationId: installed.organizationId,
      idle: () => sending.idle(),
      stop: async (graceMs = 10_000) => {
        // Nothing takes new work from here on. What is added meanwhile is left to the other replicas, or the next start.
        const workMs = graceMs * 0.8;
        await Promise.all([jobs.stop(), web.stop(workMs), sending.stop(workMs)]);
        await Promise.all([wakening.stop(), database.close(Math.max(1_000, graceMs * 0.15))]);
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What is done by the clock, in every process. */
function scheduled(
  context: Context,
  organizationId: string,
  { sweep, waiting }: { sweep: () => Promise<void>; waiting: Waiting },
): Jobs {
  return {
    // Behind a notification that was lost.
    sweep: () => {
      waiting.wake();
      return sweep();
    },
    take: (job, slot) => takeSlot(context, organizationId, job, slot),
    readDirectory: () => startDirectoryRuns(context, organizationId),
    now: context.now,
  };
}

/** What is done once a slot, by whichever process. */
function workOf(context: Context): Work {
  return {
    expire: () => expireOverdue(context, batch),
    remind: (organizationId) => remindDue(context, organizationId, batch),
    silence: () => endSilentAttempts(context, batch),
    forget: (organizationId) => forgetAnswers(context, organizationId, batch),
    prune: () => forgetDeliveries(context, batch),
  };
}

/** What the listeners are given, and what draws a Home. */
function portsOf(
  { log, answerWithinMs = 2500, metrics }: AppOptions & { metrics: Metrics },
  context: Context,
  clients: SlackClients,
  installed: Installed,
): Omit<SlackDeps, "publicUrl" | "webhooks"> {
  return {
    context,
    knowMember: knowMembers(context, (_, user) => installed.fetchUser(user)),
    viewsFor: () => viewsOf(clients.views),
    checkChannel: (_, channelId) => checkChannel(clients.people, channelId),
    listGroups: () => listGroups(clients.people),
    syncRole: (organizationId, roleId) =>
      syncRole(directoryOf(context, clients, installed), organizationId, roleId),
    faulted: metrics.faulted,
    log,
    answerWithinMs,
  };
}

/** What the drawing of Homes that are being looked at reads and reports. */
function homePartsOf(ports: SlackDeps): HomeDeps {
  return {
    ...{ db: ports.context.db, now: ports.context.now },
    expand: (organizationId) => expandHomes(ports.context, organizationId),
    redraw: (organizationId, memberId) => redrawHome(ports, organizationId, memberId),
  };
}

/** Where clients of the API wait for requests to change. */
function waitingOf({ db, now }: Context, log: Log): Waiting {
  const readProgress = (organizationId: string, numbers: readonly number[]) =>
    getRequestProgress(db, organizationId, numbers);
  return createWaiting({ readProgress, now, log });
}

type WebOptions = { metrics: Metrics; waiting: Waiting; people: SlackClients["people"] };

/** Everything that comes in over HTTP, on one port. */
async function startWeb(
  config: Config,
  { log, metrics, waiting, people }: AppOptions & WebOptions,
  database: Database,
  ports: SlackDeps,
  installed: Installed,
): Promise<{ port: number; stop(graceMs: number): Promise<void> }> {
  let ready = true;
  const receiver = slackReceiver({ signingSecret: config.slack.signingSecret, log, watch: metrics.watch });
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
    health: { probes: { database: async () => database.sql`select 1` }, isReady: () => ready },
    readLink: (token) => readLink(config.secret, token),
    findCard: async ({ organizationId, number, memberId }) => {
      const url = await getCardLink(ports.context.db, organizationId, number, memberId);
      return url === undefined ? undefined : { url };
    },
    api: createApi({
      ...{ context: ports.context, publicUrl: ports.publicUrl, waiting, log },
      cardLink: cardLinks(ports.publicUrl, config.secret),
      knowRequester: knowRequesters({ ...ports, findByEmail: (email) => findByEmail(people, email) }),
      readReportToken: (token, id) => readReportToken(config.secret, token, id),
    }),
    metrics,
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
      // Who waits is answered now, with what there is.
      waiting.stop();
      await Promise.all([receiver.drain(graceMs), listening.close(graceMs)]);
    },
  };
}

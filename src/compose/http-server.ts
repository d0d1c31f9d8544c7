import { findByEmail } from "../directory/find-by-email.ts";
import { knowRequesters } from "../directory/know-requester.ts";
import { cardLinks, readLink } from "../lib/links.ts";
import { readReportToken } from "../lib/secrets.ts";
import { getCardLink, hasIdentity } from "../queries/delivery/get-card.ts";
import { createSlackApp } from "../slack/client/app.ts";
import type { SlackDeps } from "../slack/kernel/deps.ts";
import { listen as listenToSlack } from "../slack/listen.ts";
import { createApi } from "../web/api/app.ts";
import type { RequestWaiters } from "../web/api/requests/request-waiters.ts";
import { createWeb } from "../web/app.ts";
import { listen } from "../web/listen.ts";
import { type SlackReceiver, slackReceiver } from "../web/receiver/slack-receiver.ts";
import type { Core } from "./core.ts";

export type HttpServer = {
  port: number;
  /** Stops listening and waits for open calls, at most `graceMs` milliseconds. */
  stop(graceMs: number): Promise<void>;
};

/** Starts the HTTP server: Slack's calls, the API, links, health, and metrics on one port. */
export async function startHttpServer(
  core: Core,
  slackDeps: SlackDeps,
  waiters: RequestWaiters,
): Promise<HttpServer> {
  const { config, log, database, context, metrics } = core;
  const { signingSecret } = config.slack;
  let ready = true;
  const receiver = slackReceiver({ signingSecret, log, watch: metrics.watch, refused: metrics.refused });
  await listenOnReceiver(core, receiver, slackDeps);
  const web = createWeb({
    receiver,
    health: { probes: { database: async () => database.sql`select 1` }, isReady: () => ready },
    readLink: (token) => readLink(config.secret, token),
    findCard: async ({ organizationId, number, memberId, identity }) => {
      const url = await getCardLink(context.db, organizationId, number, memberId);
      if (url === null) return "no-access";
      if (identity && !(await hasIdentity(context.db, organizationId, number, identity))) {
        return "another-request";
      }
      return url === undefined ? undefined : { url };
    },
    api: apiOf(core, slackDeps, waiters),
    metrics,
    log,
  });
  const { host, port } = config.http;
  const listening = await listen({ fetch: (request) => web.fetch(request), host, port });
  return {
    port: listening.port,
    stop: async (graceMs) => {
      ready = false;
      // Calls that wait for a change are answered now, with the current state.
      waiters.stop();
      await Promise.all([receiver.drain(graceMs), listening.close(graceMs)]);
    },
  };
}

async function listenOnReceiver(
  { config, installed, log }: Core,
  receiver: SlackReceiver,
  slackDeps: SlackDeps,
): Promise<void> {
  const { organizationId, botId, botUserId } = installed;
  const { botToken, apiUrl } = config.slack;
  const slack = await createSlackApp({
    receiver,
    authorize: async (teamId) =>
      teamId === organizationId ? { teamId, botToken, botId, botUserId } : undefined,
    apiUrl,
    log,
  });
  listenToSlack(slack, slackDeps);
}

function apiOf({ config, context, clients, log }: Core, { knowMember }: SlackDeps, waiters: RequestWaiters) {
  const { publicUrl } = config.http;
  return createApi({
    ...{ context, publicUrl, waiters, log },
    cardLink: cardLinks(publicUrl, config.secret),
    knowRequester: knowRequesters({
      context,
      knowMember: async (organizationId, userId) => {
        await knowMember(organizationId, userId, "work");
      },
      findByEmail: (email) => findByEmail(clients.people, email),
    }),
    readReportToken: (token, deploymentId) => readReportToken(config.secret, token, deploymentId),
  });
}

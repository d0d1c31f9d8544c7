import type { WebClient } from "@slack/web-api";
import type { Database } from "../../db/connection/connect.ts";
import { readStats } from "../../db/delivery/stats.ts";
import type { Config } from "../config.ts";
import { slackFault } from "../deliver/slack/slack-fault.ts";
import type { Directory } from "../directory/directory.ts";
import { type Installed, install } from "../directory/install.ts";
import type { Log } from "../lib/log.ts";
import { cachedStats } from "../metrics/cached-stats.ts";
import { createMetrics, type Metrics } from "../metrics/metrics.ts";
import { type SlackClients, slackClients } from "../slack/client/clients.ts";
import type { Context } from "../usecases/shared/context.ts";

/** What every part of the app shares. */
export type Core = {
  config: Config;
  log: Log;
  database: Database;
  context: Context;
  clients: SlackClients;
  /** The workspace that the bot token belongs to. */
  installed: Installed;
  metrics: Metrics;
  /** When Slack last accepted a call of each method from this process. */
  acceptedAt: ReadonlyMap<string, Date>;
};

type CoreOptions = Pick<Core, "config" | "log" | "database"> & Pick<Context, "now" | "wake">;

/** Creates the clients and metrics, and stores the workspace. Throws if Slack rejects the token or cannot be reached. */
export async function createCore({ config, log, database, now, wake }: CoreOptions): Promise<Core> {
  const metrics = createMetrics({
    pool: database.pool,
    readStats: cachedStats(() => readStats(database.sql, 800), log),
  });
  const { botToken: token, apiUrl } = config.slack;
  const acceptedAt = new Map<string, Date>();
  const clients = slackClients({
    ...{ token, apiUrl, log },
    onRateLimited: (method) => metrics.rateLimited("slack", method),
    onAccepted: (method) => void acceptedAt.set(method, now()),
  });
  const context: Context = { db: database.db, now, wake };
  const installed = await install(context, clients.people, log);
  return { config, log, database, context, clients, installed, metrics, acceptedAt };
}

/** Returns what reads people and groups from Slack. */
export function directoryOf({ context, clients, installed }: Core): Directory {
  return { context, clientFor: clientOf(installed, clients.directory), faultOf: slackFault };
}

/** Returns a function that gives the workspace's client, and throws for every other organization. */
export function clientOf(
  { organizationId: installedId }: Installed,
  client: WebClient,
): (organizationId: string) => WebClient {
  return (organizationId) => {
    if (organizationId !== installedId) throw new Error(`${organizationId} has not installed Signoff`);
    return client;
  };
}

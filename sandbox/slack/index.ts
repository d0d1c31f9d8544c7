import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { makeFaults } from "./faults.ts";
import { readManifest } from "./manifest.ts";
import { command, event, openHome, shortcut } from "./people/commands.ts";
import { makeDeliver } from "./people/deliver.ts";
import { EventSender } from "./people/events.ts";
import { Grants } from "./people/grants.ts";
import {
  choose,
  messageSurface,
  press,
  setValue,
  suggest,
  viewSurface,
  viewWith,
} from "./people/interactivity.ts";
import { closeView, submit } from "./people/submissions.ts";
import { makeServer } from "./server.ts";
import type { StandIn } from "./stand-in.ts";
import type { SlackOptions, SlackStandIn, Target } from "./types.ts";
import { Workspace } from "./workspace.ts";

export type * from "./types.ts";

function makeStandIn(options: SlackOptions, origin: () => string): StandIn {
  const manifest = readManifest(options.manifest);
  const workspace = new Workspace(options, manifest.botName);
  const deliver = makeDeliver(options);
  return {
    workspace,
    grants: new Grants(workspace.now),
    manifest,
    faults: makeFaults(),
    calls: [],
    botToken: options.botToken,
    publicUrl: options.publicUrl ?? (() => `${origin()}/`),
    responseUrl: (grant) => `${origin()}/response/${grant}`,
    deliver,
    events: new EventSender({ workspace, manifest, deliver }, options.eventRetriesMs),
  };
}

const at = (actionId: string, blockId: string | undefined): Target => ({
  actionId,
  ...(blockId !== undefined && { blockId }),
});

/** What a person can do in Slack. */
function makeActions(standIn: StandIn): Omit<SlackStandIn, "url" | "stop"> {
  const { workspace } = standIn;
  const { views } = workspace;
  const need = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new Error(what);
    return found;
  };
  return {
    workspace,
    faults: standIn.faults,
    calls: standIn.calls,
    violations: workspace.violations,
    command: (userId, text, channelId) => command(standIn, userId, text, channelId),
    shortcut: (userId, callbackId) => shortcut(standIn, userId, callbackId),
    event: (type, payload, more) => event(standIn, type, payload, more),
    events: standIn.events.sent,
    sendAgain: (envelope) => standIn.events.once(envelope, { num: 1, reason: "http_timeout" }),
    delivered: () => standIn.events.delivered(),
    openHome: (userId, tab) => openHome(standIn, userId, tab),
    async click(userId, { channel, ts }, target) {
      const message = need(workspace.message(channel, ts), `no message ${ts} in ${channel}`);
      const sees = workspace.channels.get(channel)?.members.includes(userId);
      if (!sees) throw new Error(`${userId} does not see ${channel}`);
      return press(standIn, userId, messageSurface(standIn, userId, message), target);
    },
    async clickEphemeral(userId, ephemeralId, target) {
      const shown = workspace.ephemerals.find((entry) => entry.id === ephemeralId && entry.user === userId);
      return press(
        standIn,
        userId,
        messageSurface(standIn, userId, need(shown, `no ephemeral ${ephemeralId}`)),
        target,
      );
    },
    async clickView(userId, target) {
      const view = need(views.top(userId), `${userId} has no modal open`);
      return press(standIn, userId, viewSurface(standIn, view), target);
    },
    async clickHome(userId, target) {
      const view = need(views.home(userId), `${userId} has no Home`);
      return press(standIn, userId, viewSurface(standIn, view), target);
    },
    choose: (userId, actionId, value, blockId) => choose(standIn, userId, at(actionId, blockId), value),
    fill: (userId, actionId, value, blockId) =>
      void setValue(standIn, viewWith(standIn, userId, actionId), at(actionId, blockId), value),
    suggest: (userId, actionId, typed, blockId) => suggest(standIn, userId, at(actionId, blockId), typed),
    submit: (userId, values) => submit(standIn, userId, values),
    closeView: (userId, button) => closeView(standIn, userId, button),
    giveTrigger: (userId, viewId) => standIn.grants.trigger(userId, viewId),
    topView: (userId) => views.top(userId),
    homeView: (userId) => views.home(userId),
    messagesFor: (userId) =>
      workspace.isOpenDm([userId]) ? workspace.messagesIn(workspace.openDm([userId]).id) : [],
    ephemeralsFor: (userId) => workspace.ephemerals.filter((entry) => entry.user === userId),
  };
}

/**
 * Starts a stateful stand-in for Slack on a separate port: the Web API methods that the bot uses, and people
 * who act. It enforces Slack's limits (limits.ts): it refuses and records every violation.
 */
export async function startSlack(options: SlackOptions): Promise<SlackStandIn> {
  let origin = "";
  const standIn = makeStandIn(options, () => origin);
  const app = makeServer(standIn);
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, port: options.port ?? 0, hostname: "127.0.0.1" }, () =>
      resolve(started),
    );
    started.once("error", reject);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...makeActions(standIn),
    url: `${origin}/api/`,
    async stop() {
      standIn.faults.clear();
      standIn.events.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}

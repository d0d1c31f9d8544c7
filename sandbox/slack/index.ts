import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { makeFaults } from "./faults.ts";
import type { House } from "./house.ts";
import { readManifest } from "./manifest.ts";
import { command, event, openHome, shortcut } from "./people/commands.ts";
import { makeDeliver } from "./people/deliver.ts";
import { EventSender } from "./people/events.ts";
import { Grants } from "./people/grants.ts";
import {
  choose,
  messagePlace,
  press,
  setValue,
  suggest,
  viewPlace,
  viewWith,
} from "./people/interactivity.ts";
import { closeView, submit } from "./people/submissions.ts";
import { makeServer } from "./server.ts";
import type { SlackOptions, SlackStandIn, Target } from "./types.ts";
import { Workspace } from "./workspace.ts";

export type * from "./types.ts";

function makeHouse(options: SlackOptions, origin: () => string): House {
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

/** What a person can do, in front of their Slack. */
function makeActs(house: House): Omit<SlackStandIn, "url" | "stop"> {
  const { workspace } = house;
  const { views } = workspace;
  const need = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new Error(what);
    return found;
  };
  return {
    workspace,
    faults: house.faults,
    calls: house.calls,
    violations: workspace.violations,
    command: (userId, text, channelId) => command(house, userId, text, channelId),
    shortcut: (userId, callbackId) => shortcut(house, userId, callbackId),
    event: (type, payload, more) => event(house, type, payload, more),
    events: house.events.sent,
    sendAgain: (envelope) => house.events.once(envelope, { num: 1, reason: "http_timeout" }),
    delivered: () => house.events.delivered(),
    openHome: (userId, tab) => openHome(house, userId, tab),
    async click(userId, { channel, ts }, target) {
      const message = need(workspace.message(channel, ts), `no message ${ts} in ${channel}`);
      const sees = workspace.channels.get(channel)?.members.includes(userId);
      if (!sees) throw new Error(`${userId} does not see ${channel}`);
      return press(house, userId, messagePlace(house, userId, message), target);
    },
    async clickEphemeral(userId, ephemeralId, target) {
      const shown = workspace.ephemerals.find((entry) => entry.id === ephemeralId && entry.user === userId);
      return press(
        house,
        userId,
        messagePlace(house, userId, need(shown, `no ephemeral ${ephemeralId}`)),
        target,
      );
    },
    async clickView(userId, target) {
      const view = need(views.top(userId), `${userId} has no modal open`);
      return press(house, userId, viewPlace(house, view), target);
    },
    async clickHome(userId, target) {
      const view = need(views.home(userId), `${userId} has no Home`);
      return press(house, userId, viewPlace(house, view), target);
    },
    choose: (userId, actionId, value, blockId) => choose(house, userId, at(actionId, blockId), value),
    fill: (userId, actionId, value, blockId) =>
      void setValue(house, viewWith(house, userId, actionId), at(actionId, blockId), value),
    suggest: (userId, actionId, typed, blockId) => suggest(house, userId, at(actionId, blockId), typed),
    submit: (userId, values) => submit(house, userId, values),
    closeView: (userId) => closeView(house, userId),
    giveTrigger: (userId, viewId) => house.grants.trigger(userId, viewId),
    topView: (userId) => views.top(userId),
    homeView: (userId) => views.home(userId),
    messagesFor: (userId) =>
      workspace.isOpenDm([userId]) ? workspace.messagesIn(workspace.openDm([userId]).id) : [],
    ephemeralsFor: (userId) => workspace.ephemerals.filter((entry) => entry.user === userId),
  };
}

/**
 * Starts a stateful stand-in for Slack on a port of its own: the Web API methods that the bot uses, and people who
 * act. It holds the bot to Slack's limits (limits.ts); what breaks one is refused as Slack does, and recorded.
 */
export async function startSlack(options: SlackOptions): Promise<SlackStandIn> {
  let origin = "";
  const house = makeHouse(options, () => origin);
  const app = makeServer(house);
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const started = serve({ fetch: app.fetch, port: options.port ?? 0, hostname: "127.0.0.1" }, () =>
      resolve(started),
    );
    started.once("error", reject);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...makeActs(house),
    url: `${origin}/api/`,
    async stop() {
      house.faults.clear();
      house.events.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}

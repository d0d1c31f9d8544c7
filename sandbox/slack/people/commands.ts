import { SlackError } from "../api/method.ts";
import { isJson } from "../checks/elements.ts";
import { withEmojiCodes } from "../emoji.ts";
import type { StandIn } from "../stand-in.ts";
import type { BotAnswer, EventOptions, Json, Person, SlackStandIn } from "../types.ts";
import { notSent } from "./deliver.ts";
import { commandForm, escaped, eventEnvelope, origin, viewObject } from "./payloads.ts";
import { showReply } from "./reply.ts";

/**
 * Returns the person by ID.
 * @throws for an unknown ID, and for a person who cannot act
 */
export function actor({ workspace }: Pick<StandIn, "workspace">, userId: string): Person {
  const person = workspace.person(userId);
  if (person === undefined) throw new Error(`nobody has the id ${userId}`);
  if (person.deleted) throw new Error(`${person.name} is deactivated and cannot act in Slack`);
  return person;
}

/** Shows Slackbot's private error message, as Slack's client does. */
export function showSlackbotError({ workspace }: StandIn, user: string, channel: string, text: string): void {
  workspace.whisper({ user, channel, text, from: "slackbot" });
}

/**
 * Types a slash command in a channel (default: the direct messages with the bot) and shows the bot's
 * response.
 */
export async function command(
  standIn: StandIn,
  userId: string,
  typed: string,
  channelId?: string,
): Promise<BotAnswer> {
  const { workspace, manifest, grants } = standIn;
  const person = actor(standIn, userId);
  const channel = channelId === undefined ? workspace.openDm([userId]) : workspace.channels.get(channelId);
  if (channel === undefined) throw new Error(`no channel ${channelId}`);
  const [, name = "", text = ""] = /^(\S+)\s*([\s\S]*)$/.exec(typed.trim()) ?? [];
  const say = (words: string) => showSlackbotError(standIn, userId, channel.id, words);
  if (!manifest.commands.includes(name)) {
    say(
      `${name} is not a valid command. In Slack, all messages that start with the "/" character are commands.`,
    );
    return notSent("unknown_command");
  }
  if (!manifest.scopes.includes("commands"))
    workspace.violate(name, "missingScope", "slash commands need the scope commands");
  const to = { userId, channel: channel.id };
  const channelName = {
    im: "directmessage",
    private: "privategroup",
    mpim: channel.name,
    public: channel.name,
  };
  const answer = await standIn.deliver.form(
    commandForm(workspace, person, {
      command: name,
      // Slack sends & < > as entities, and emoji as codes.
      text: withEmojiCodes(escaped(text)),
      channel_id: channel.id,
      channel_name: channelName[channel.kind],
      response_url: standIn.responseUrl(grants.reply(to)),
      trigger_id: grants.trigger(userId),
    }),
  );
  if (answer.error !== undefined) say(`${name} failed with the error "${answer.error}"`);
  else
    showAnswer(standIn, to, answer.body, name, () =>
      say(`${name} failed with the error "dispatch_unknown_error"`),
    );
  return answer;
}

function showAnswer(
  standIn: StandIn,
  to: { userId: string; channel: string },
  body: unknown,
  name: string,
  failed: () => void,
): void {
  if (body === "" || body === null) return;
  const reply = isJson(body) ? body : { text: String(body) };
  if (reply.text === undefined && reply.blocks === undefined) return;
  try {
    showReply(standIn, to, reply, name);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    failed();
  }
}

/** Uses a global shortcut. Source: https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload */
export async function shortcut(standIn: StandIn, userId: string, callbackId: string): Promise<BotAnswer> {
  const { workspace, manifest, grants } = standIn;
  const person = actor(standIn, userId);
  if (!manifest.shortcuts.includes(callbackId)) return notSent("unknown_shortcut");
  const answer = await standIn.deliver.interaction({
    type: "shortcut",
    ...origin(workspace, person),
    callback_id: callbackId,
    trigger_id: grants.trigger(userId),
    action_ts: workspace.nextTs(),
  });
  if (answer.error !== undefined)
    showSlackbotError(
      standIn,
      userId,
      workspace.openDm([userId]).id,
      `The shortcut failed with the error "${answer.error}"`,
    );
  return answer;
}

/** Sends an event to the bot once, if the manifest subscribes to it. */
export async function event(
  standIn: StandIn,
  type: string,
  payload: object,
  { eventId, retry }: EventOptions = {},
): Promise<BotAnswer> {
  const { workspace, manifest } = standIn;
  if (!manifest.events.includes(type)) return notSent("not_subscribed");
  const inner: Json = { type, event_ts: workspace.nextTs(), ...payload };
  return standIn.events.once(eventEnvelope(workspace, inner, eventId), retry);
}

/** Opens the app's page. Source: https://docs.slack.dev/reference/events/app_home_opened */
export const openHome: (
  standIn: StandIn,
  ...args: Parameters<SlackStandIn["openHome"]>
) => Promise<BotAnswer> = async (standIn, userId, tab = "home") => {
  const { workspace } = standIn;
  actor(standIn, userId);
  const home = workspace.views.home(userId);
  return event(standIn, "app_home_opened", {
    user: userId,
    channel: workspace.openDm([userId]).id,
    tab,
    ...(tab === "home" && home !== undefined && { view: viewObject(workspace, home) }),
  });
};

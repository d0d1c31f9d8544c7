import type { PlacedElement } from "../checks/elements.ts";
import { stateKey } from "../checks/elements.ts";
import { withEmojiCodes } from "../emoji.ts";
import type { Faults } from "../faults.ts";
import type {
  ElementState,
  Json,
  Person,
  StandInEphemeral,
  StandInGroup,
  StandInMessage,
  StandInView,
  StateValues,
} from "../types.ts";
import type { Workspace } from "../workspace.ts";

// Slack's deprecated verification token is still in every payload.
const verificationToken = "standin-verification-token";

/** Returns a message as Slack sends it to the bot. */
export function messageObject(
  { bot, team }: Workspace,
  message: StandInMessage,
  withMetadata: boolean,
): Json {
  return {
    user: message.user,
    type: "message",
    ts: message.ts,
    ...(message.user === bot.userId && { bot_id: bot.botId, app_id: bot.appId }),
    text: message.text,
    team: team.id,
    ...(message.blocks.length > 0 && { blocks: message.blocks }),
    ...(message.threadTs !== undefined && { thread_ts: message.threadTs }),
    ...(message.edited !== undefined && { edited: message.edited }),
    ...(withMetadata && message.metadata !== undefined && { metadata: message.metadata }),
  };
}

/**
 * Returns the `state` of a view, a message, or nothing, as a click or a submission carries it. Slack escapes what a person
 * typed and turns its emoji into codes.
 */
export function stateObject(values: StateValues, sent: Faults["sentState"] = "current"): { state?: Json } {
  if (sent === "none") return {};
  return { state: { values: sent === "empty" ? [] : typedAsSent(values) } };
}

const typedAsSent = (values: StateValues): Json =>
  mapValues(values, (elements) =>
    mapValues(elements, (element) => {
      const isTyped = element.type === "plain_text_input" || element.type === "url_text_input";
      if (!isTyped || typeof element.value !== "string") return element;
      return { ...element, value: withEmojiCodes(escaped(element.value)) };
    }),
  );

const mapValues = <From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** Returns text with &, <, and > as entities. */
export const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Returns a view as Slack sends it to the bot. Source:
 * https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
 */
export function viewObject(
  { bot, team }: Workspace,
  view: StandInView,
  state: { state?: Json } = stateObject(view.values),
): Json {
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    ...state,
    hash: view.hash,
    title: view.title,
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    close: view.close,
    submit: view.submit,
    previous_view_id: view.previousViewId,
    root_view_id: view.rootViewId,
    app_id: bot.appId,
    external_id: view.externalId,
    bot_id: bot.botId,
  };
}

/** The common fields of every interaction payload. */
export function origin({ team, bot }: Workspace, person: Person): Json {
  return {
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: bot.appId,
    token: verificationToken,
    team: { id: team.id, domain: team.domain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

/**
 * Returns the form of a slash command. Source:
 * https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling
 */
export function commandForm(workspace: Workspace, person: Person, rest: Record<string, string>) {
  const { team, bot } = workspace;
  return new URLSearchParams({
    token: verificationToken,
    team_id: team.id,
    team_domain: team.domain,
    user_id: person.id,
    user_name: person.name,
    api_app_id: bot.appId,
    is_enterprise_install: "false",
    ...rest,
  });
}

/**
 * Returns a user group as Slack sends it to the bot, with its users on request only. Source:
 * https://docs.slack.dev/reference/objects/usergroup-object
 */
export function groupObject({ team }: Workspace, group: StandInGroup, withUsers: boolean): Json {
  return {
    id: group.id,
    team_id: team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    description: "",
    handle: group.handle,
    is_external: false,
    date_create: group.created,
    date_update: group.updated,
    date_delete: group.isDisabled ? group.updated : 0,
    auto_type: null,
    auto_provision: false,
    enterprise_subteam_id: "",
    created_by: "USLACKBOT",
    updated_by: "USLACKBOT",
    deleted_by: group.isDisabled ? "USLACKBOT" : null,
    prefs: { channels: [], groups: [] },
    ...(withUsers && { users: group.users }),
    user_count: group.users.length,
    channel_count: 0,
  };
}

/** Returns an Events API request. Source: https://docs.slack.dev/apis/events-api#callback-field */
export function eventEnvelope(workspace: Workspace, event: Json, eventId = workspace.freshId("Ev")): Json {
  const { team, bot } = workspace;
  return {
    token: verificationToken,
    team_id: team.id,
    context_team_id: team.id,
    api_app_id: bot.appId,
    event,
    type: "event_callback",
    event_id: eventId,
    event_time: Math.floor(workspace.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: bot.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
  };
}

/**
 * Where a click occurred. Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 */
export function messageContainer(message: StandInMessage | StandInEphemeral, isEphemeral: boolean): Json {
  const { channel, ts } = message;
  return { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: isEphemeral };
}

/** Returns the entry of `actions`: the element's identity and the person's input. */
export function actionObject(
  placed: PlacedElement,
  done: { state?: ElementState; option?: Json },
  ts: string,
): Json {
  const { element, actionId, blockId } = placed;
  const key = stateKey(element);
  const echoed =
    element.type === "button" ? { text: element.text, value: element.value, style: element.style } : {};
  return {
    type: element.type,
    action_id: actionId,
    block_id: blockId,
    ...(element.placeholder !== undefined && { placeholder: element.placeholder }),
    ...echoed,
    ...(key !== undefined && done.state !== undefined && { [key]: done.state[key] }),
    ...(done.option !== undefined && { selected_option: done.option }),
    action_ts: ts,
  };
}

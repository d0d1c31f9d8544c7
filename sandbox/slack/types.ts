import type { Faults } from "./faults.ts";
import type { Workspace } from "./workspace.ts";

/** Any JSON object that is sent or received. */
export type Json = Record<string, unknown>;

/** A person as a test or the sandbox's seed defines them. */
export type StandInPerson = {
  id?: string;
  name: string;
  realName: string;
  email?: string;
  /** IANA time zone; default Etc/UTC. */
  tz?: string;
  title?: string;
  /** An emoji or the color behind the initials. Only the sandbox's page shows it. */
  avatar?: string;
  deleted?: boolean;
  isBot?: boolean;
  isRestricted?: boolean;
  isUltraRestricted?: boolean;
  /** A person of another workspace, visible only through a shared channel. */
  isStranger?: boolean;
  /** A person whom the bot cannot see: `users.info` answers `user_not_visible`. User groups still list them. */
  isHidden?: boolean;
  isAdmin?: boolean;
  isOwner?: boolean;
};

/** A person as the workspace stores them. */
export type Person = StandInPerson & { id: string; teamId: string; tz: string; updated: number };

/** A user group, e.g. @release-managers. */
export type StandInGroup = {
  /** Starts with S. */
  id: string;
  handle: string;
  name: string;
  /** User IDs. */
  users: string[];
  isDisabled: boolean;
  /** Seconds since the epoch. */
  created: number;
  updated: number;
};

/** The changes that Slack sends events for, in the order in which they occurred. */
export type WorkspaceEvent =
  | { type: "user_change"; userId: string }
  | { type: "team_join"; userId: string }
  | { type: "subteam_created"; groupId: string }
  | { type: "subteam_updated"; groupId: string }
  | { type: "subteam_members_changed"; groupId: string; added: string[]; removed: string[]; before: number };

export type ChannelOptions = {
  id?: string;
  name: string;
  isPrivate?: boolean;
  isExtShared?: boolean;
  isOrgShared?: boolean;
  isArchived?: boolean;
  isReadOnly?: boolean;
  isThreadOnly?: boolean;
  isFrozen?: boolean;
  /** User IDs or names. "bot" is the bot. */
  members?: string[];
};

export type GroupOptions = {
  handle: string;
  name: string;
  /** User IDs or names. */
  users: string[];
  /** A disabled group, which people no longer see. */
  isDisabled?: boolean;
};

export type StandInChannel = {
  id: string;
  kind: "im" | "mpim" | "public" | "private";
  name: string;
  /** User IDs, including the bot's if it is a member. */
  members: string[];
  isArchived: boolean;
  /** Shared with another organization. */
  isExtShared: boolean;
  /** Shared with other workspaces of the same Enterprise organization. */
  isOrgShared: boolean;
  /** Only the people whom an admin chose can post. The bot is not one of them. */
  isReadOnly: boolean;
  /** Takes replies in threads only. */
  isThreadOnly: boolean;
  /** Nobody can post, for instance after the plan changed. */
  isFrozen: boolean;
};

export type StandInMessage = {
  channel: string;
  ts: string;
  /** The author's user ID. */
  user: string;
  text: string;
  blocks: Json[];
  metadata?: { event_type: string; event_payload: Json };
  threadTs?: string;
  edited?: { user: string; ts: string };
  /** Typed or selected in the message's own inputs, by block_id and action_id. */
  values: StateValues;
};

/**
 * A message that only one person sees, until they reload. `from` is Slackbot for Slack's own error messages.
 */
export type StandInEphemeral = {
  id: string;
  channel: string;
  user: string;
  ts: string;
  text: string;
  blocks: Json[];
  from: "bot" | "slackbot";
  values: StateValues;
};

/** One input's state in Slack's format, such as `{ type: "plain_text_input", value: "x" }`. */
export type ElementState = { type: string } & Json;
export type StateValues = Record<string, Record<string, ElementState>>;

export type StandInView = {
  id: string;
  type: "modal" | "home";
  userId: string;
  callbackId: string;
  externalId: string;
  title: Json | null;
  submit: Json | null;
  close: Json | null;
  blocks: Json[];
  privateMetadata: string;
  clearOnClose: boolean;
  notifyOnClose: boolean;
  hash: string;
  rootViewId: string;
  previousViewId: string | null;
  values: StateValues;
  /** Field errors by block_id, from the bot's response or from Slack's client checks. */
  errors: Record<string, string>;
  /**
   * Slack's message in the modal when the bot did not respond, such as "We had some connectionTrouble connecting. Try
   * again?"
   */
  problem?: string;
};

export type Option = { text: Json; value: string; description?: Json };

export type ApiAnswer = { ok: boolean; error?: string } & Json;

export type ApiCall = {
  method: string;
  token: string | undefined;
  args: Json;
  /** Milliseconds since the epoch. */
  at: number;
  /** Undefined while the call is running, or if a fault responded without a body. */
  answer?: ApiAnswer;
};

/** Something that Slack refuses or warns about. `docs` links to Slack's documentation. */
export type Violation = { method: string; rule: string; message: string; docs: string; at: number };

/**
 * How the bot responded to an HTTP request. Status 0 means that nothing was sent or no response arrived;
 * `error` says why.
 */
export type BotAnswer = { status: number; body: unknown; tookMs: number; error?: string };

export type Change = {
  kind: "message" | "ephemeral" | "view" | "home" | "channel" | "person" | "group" | "violation" | "call";
  /** The people whose screen is affected. Empty means everyone. */
  users: string[];
};

/** An element by its action_id and, if several share it, by an option that it offers or by its block. */
export type Target = { actionId: string; value?: string; blockId?: string };

/** How an event is sent. The same event_id is the same event, and a retry has its number. */
export type EventOptions = { eventId?: string; retry?: EventRetry };
export type EventRetry = { num: number; reason: string };

export type SlackOptions = {
  /** The path of manifest.yml, which defines bot scopes, slash commands, shortcuts, and events. */
  manifest: string;
  signingSecret: string;
  botToken: string;
  /** The bot's address. Requests go to `${botUrl()}/slack/events`. Called for each request. */
  botUrl: () => string;
  team?: { id: string; name: string };
  people: StandInPerson[];
  /** Channels besides #general. */
  channels?: ChannelOptions[];
  groups?: (GroupOptions & { id?: string })[];
  port?: number;
  /** The workspace's address, with a trailing slash. Default: the stand-in's own. */
  publicUrl?: () => string;
  /**
   * The current time in milliseconds since the epoch. Tests move it to let triggers and response_urls expire.
   */
  now?: () => number;
  /** How long the bot has to respond, in milliseconds. Default: Slack's 3,000. */
  answerLimitMs?: number;
  /**
   * The waits before an event is sent again, in milliseconds. Default: Slack's (none, 1 minute, 5 minutes).
   */
  eventRetriesMs?: number[];
};

export type SlackStandIn = {
  /** The Web API's base address, which ends with "/api/". */
  url: string;
  workspace: Workspace;
  command(userId: string, text: string, channelId?: string): Promise<BotAnswer>;
  click(userId: string, message: { channel: string; ts: string }, target: Target): Promise<BotAnswer>;
  clickEphemeral(userId: string, ephemeralId: string, target: Target): Promise<BotAnswer>;
  clickView(userId: string, target: Target): Promise<BotAnswer>;
  clickHome(userId: string, target: Target): Promise<BotAnswer>;
  choose(userId: string, actionId: string, value: string | string[], blockId?: string): Promise<BotAnswer>;
  fill(userId: string, actionId: string, value: string, blockId?: string): void;
  suggest(userId: string, actionId: string, typed: string, blockId?: string): Promise<Option[]>;
  submit(userId: string, values?: Record<string, string | string[]>): Promise<BotAnswer>;
  /** Presses Cancel, which closes the top modal, or ×, which closes all of them. */
  closeView(userId: string, button?: "cancel" | "×"): Promise<void>;
  shortcut(userId: string, callbackId: string): Promise<BotAnswer>;
  openHome(userId: string, tab?: "home" | "messages"): Promise<BotAnswer>;
  /** Sends an event once. Changes in the workspace send their events automatically, with Slack's retries. */
  event(type: string, payload: object, options?: EventOptions): Promise<BotAnswer>;
  /** The events sent so far, newest last, as the bot received them. At most 1,000. */
  events: Json[];
  /** Sends one of them again, as Slack does if it did not receive the response. */
  sendAgain(envelope: Json): Promise<BotAnswer>;
  /** Resolves when every event was accepted or is waiting for a retry. */
  delivered(): Promise<void>;
  /**
   * Returns a trigger_id, as an action of this person provides it. `viewId` is the open modal that the action
   * was in.
   */
  giveTrigger(userId: string, viewId?: string): string;
  topView(userId: string): StandInView | undefined;
  homeView(userId: string): StandInView | undefined;
  messagesFor(userId: string): StandInMessage[];
  ephemeralsFor(userId: string): StandInEphemeral[];
  faults: Faults;
  calls: ApiCall[];
  violations: Violation[];
  stop(): Promise<void>;
};

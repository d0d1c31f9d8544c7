import type { Faults } from "./faults.ts";
import type { Workspace } from "./workspace.ts";

/** Any JSON object that came over the wire or is about to go there. */
export type Json = Record<string, unknown>;

/** A person as a test or the sandbox's seed describes them. */
export type StandInPerson = {
  id?: string;
  name: string;
  realName: string;
  email?: string;
  /** IANA time zone; default Etc/UTC. */
  tz?: string;
  title?: string;
  /** An emoji or the colour behind the initials; only the sandbox's page shows it. */
  avatar?: string;
  deleted?: boolean;
  isBot?: boolean;
  isRestricted?: boolean;
  isUltraRestricted?: boolean;
  /** From another workspace, known only through a shared channel. */
  isStranger?: boolean;
  isAdmin?: boolean;
  isOwner?: boolean;
};

/** A person as the workspace keeps them. */
export type Person = StandInPerson & { id: string; teamId: string; tz: string; updated: number };

/** A user group, e.g. @release-managers. */
export type StandInGroup = {
  /** S… */
  id: string;
  handle: string;
  name: string;
  /** User ids. */
  users: string[];
  isDisabled: boolean;
  /** Seconds since the epoch. */
  created: number;
  updated: number;
};

/** What Slack tells apps of by an event, in the order in which it happened. */
export type Happening =
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
  isArchived?: boolean;
  /** User ids or names; "bot" is the bot. */
  members?: string[];
};

export type GroupOptions = {
  handle: string;
  name: string;
  /** User ids or names. */
  users: string[];
  /** A disabled group has left the workspace, as far as people see. */
  isDisabled?: boolean;
};

export type StandInChannel = {
  id: string;
  kind: "im" | "mpim" | "public" | "private";
  name: string;
  /** User ids, the bot's included where it is a member. */
  members: string[];
  isArchived: boolean;
  /** Shared with another organization. */
  isExtShared: boolean;
};

export type StandInMessage = {
  channel: string;
  ts: string;
  /** The author's user id. */
  user: string;
  text: string;
  blocks: Json[];
  metadata?: { event_type: string; event_payload: Json };
  threadTs?: string;
  edited?: { user: string; ts: string };
  /** Typed or chosen in the message's own inputs, by block_id and action_id. */
  values: StateValues;
};

/** What only one person sees, until they reload. `from` is Slackbot for Slack's own complaints. */
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

/** One input's state in Slack's shape, e.g. `{ type: "plain_text_input", value: "x" }`. */
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
  /** Field errors by block_id, as the bot answered them or as Slack's client checks them. */
  errors: Record<string, string>;
  /** Slack's own line across the modal when the bot did not answer, e.g. "We had some trouble connecting. Try again?" */
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
  /** Missing while the call is under way, or where a fault answered with no body. */
  answer?: ApiAnswer;
};

/** Something that Slack refuses, or warns of. `docs` links to where Slack says so. */
export type Violation = { method: string; rule: string; message: string; docs: string; at: number };

/** How the bot answered a request over HTTP. Status 0: nothing was sent, or no answer came; `error` says why. */
export type BotAnswer = { status: number; body: unknown; tookMs: number; error?: string };

export type Change = {
  kind: "message" | "ephemeral" | "view" | "home" | "channel" | "person" | "group" | "violation" | "call";
  /** The people whose screen this concerns; empty: everybody. */
  users: string[];
};

/** An element: by its action_id, and where several share one, by what it offers or by its block. */
export type Target = { actionId: string; value?: string; blockId?: string };

/** How an event is sent: the same event_id again is the same event, and a retry says which one it is. */
export type EventOptions = { eventId?: string; retry?: EventRetry };
export type EventRetry = { num: number; reason: string };

export type SlackOptions = {
  /** Path of manifest.yml: bot scopes, slash commands, shortcuts and events come from it. */
  manifest: string;
  signingSecret: string;
  botToken: string;
  /** Where the bot listens; requests go to `${botUrl()}/slack/events`. Asked anew for each. */
  botUrl: () => string;
  team?: { id: string; name: string };
  people: StandInPerson[];
  /** Channels beside #general. */
  channels?: ChannelOptions[];
  groups?: (GroupOptions & { id?: string })[];
  port?: number;
  /** The workspace's address, ending with "/"; default the stand-in's own. */
  publicUrl?: () => string;
  /** Milliseconds since the epoch; tests move it to let triggers and response_urls expire. */
  now?: () => number;
  /** How long the bot has to answer, in milliseconds; default Slack's 3,000. */
  answerLimitMs?: number;
  /** The waits before an event that was not taken is sent again; default Slack's: at once, 1 minute, 5 minutes. */
  eventRetriesMs?: number[];
};

export type SlackStandIn = {
  /** Web API base, ends with "/api/". */
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
  closeView(userId: string): Promise<void>;
  shortcut(userId: string, callbackId: string): Promise<BotAnswer>;
  openHome(userId: string, tab?: "home" | "messages"): Promise<BotAnswer>;
  /** Sends an event once. What happens in the workspace sends its events by itself, with Slack's retries. */
  event(type: string, payload: object, options?: EventOptions): Promise<BotAnswer>;
  /** The events sent so far, newest last, as the bot got them; at most 1,000. */
  events: Json[];
  /** Sends one of them once more, as Slack does when it did not hear the answer. */
  sendAgain(envelope: Json): Promise<BotAnswer>;
  /** Resolves when every event was answered, or waits to be sent again. */
  delivered(): Promise<void>;
  /** A trigger_id as an action of this person brings it; `viewId`: an action in that open modal. */
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

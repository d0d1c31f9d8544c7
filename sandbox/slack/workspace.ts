import { createHash } from "node:crypto";
import type { RuleName } from "./checks/limits.ts";
import { docsOf } from "./checks/limits.ts";
import { normalizeBlocks } from "./checks/normalize.ts";
import { Messages } from "./messages.ts";
import type {
  Change,
  ChannelOptions,
  GroupOptions,
  Json,
  Person,
  SlackOptions,
  StandInChannel,
  StandInGroup,
  StandInPerson,
  Violation,
  WorkspaceEvent,
} from "./types.ts";
import { Views } from "./views.ts";

export type * from "./types.ts";

const slackbotId = "USLACKBOT";
const externalTeamId = "T0ELSEWHERE";

/** Returns an ID that is the same in every run, such as U0K3X91QZ for "ana". */
const stableId = (prefix: string, name: string): string => {
  const number = BigInt(`0x${createHash("sha256").update(name).digest("hex").slice(0, 14)}`);
  return `${prefix}0${number.toString(36).toUpperCase().padStart(8, "0").slice(0, 8)}`;
};

/**
 * The whole workspace in memory: people, channels, messages, ephemeral messages, views. It survives restarts
 * of the bot.
 */
export class Workspace extends Messages {
  readonly team: { id: string; name: string; domain: string };
  readonly bot: { userId: string; botId: string; appId: string; name: string; realName: string };
  readonly people: Person[] = [];
  readonly channels = new Map<string, StandInChannel>();
  readonly groups = new Map<string, StandInGroup>();
  readonly violations: Violation[] = [];
  readonly views: Views;
  readonly now: () => number;
  readonly #listeners = new Set<(change: Change) => void>();
  #emit: (change: WorkspaceEvent) => void = () => {};
  #lastMicros = 0;
  #counter = 0;

  constructor(
    options: Pick<SlackOptions, "team" | "people" | "channels" | "groups" | "now">,
    botName: string,
  ) {
    super();
    this.now = options.now ?? Date.now;
    const { id, name } = options.team ?? { id: "T0SANDBOX", name: "Sandbox" };
    this.team = { id, name, domain: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-") };
    const handle = botName.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
    this.bot = {
      userId: stableId("U", `bot ${handle}`),
      botId: stableId("B", handle),
      appId: stableId("A", handle),
      name: handle,
      realName: botName,
    };
    this.views = new Views(this);
    for (const person of options.people) this.addPerson(person);
    const everybody = this.people.filter((person) => !person.deleted && !person.isStranger).map((p) => p.id);
    this.addChannel({ name: "general", members: everybody });
    for (const channel of options.channels ?? []) this.addChannel(channel);
    for (const { id, ...group } of options.groups ?? [])
      this.setGroup(id ?? stableId("S", group.handle), group);
  }

  /** Sets the one listener for changes in the workspace, which sends the events. */
  onEvent(listener: (change: WorkspaceEvent) => void): void {
    this.#emit = listener;
  }

  /** Calls the listener after each change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  changed(kind: Change["kind"], users: string[] = []): void {
    for (const listener of this.#listeners) listener({ kind, users });
  }

  /**
   * Returns a message timestamp, such as "1700000000.123456", which is unique and increasing in the
   * workspace.
   */
  nextTs(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 1, Math.floor(this.now() * 1000));
    const micros = String(this.#lastMicros);
    return `${micros.slice(0, -6)}.${micros.slice(-6)}`;
  }

  freshId(prefix: string): string {
    this.#counter += 1;
    return stableId(prefix, `${prefix}${this.#counter} ${this.#lastMicros}`);
  }

  addPerson(person: StandInPerson): Person {
    const id = person.id ?? stableId("U", person.name);
    const teamId = person.isStranger ? externalTeamId : this.team.id;
    const entry: Person = { tz: "Etc/UTC", ...person, id, teamId, updated: Math.floor(this.now() / 1000) };
    if (this.people.some((one) => one.id === id)) throw new Error(`${person.name} is there already`);
    this.people.push(entry);
    this.changed("person");
    this.#emit({ type: "team_join", userId: id });
    return entry;
  }

  /** Changes a person, such as deactivating them, and sends Slack's user_change. */
  changePerson(userId: string, change: Partial<StandInPerson>): void {
    const person = this.people.find((one) => one.id === userId);
    if (person === undefined) throw new Error(`nobody has the id ${userId}`);
    Object.assign(person, change, { updated: Math.floor(this.now() / 1000) });
    if (person.deleted) this.views.closeAll(userId);
    this.changed("person");
    this.#emit({ type: "user_change", userId });
  }

  /**
   * Returns a person's ID by ID or name. "bot" is the bot.
   * @throws for an unknown person
   */
  #idOf(ref: string): string {
    if (ref === "bot") return this.bot.userId;
    const person = this.people.find((one) => one.id === ref || one.name === ref);
    if (person === undefined) throw new Error(`nobody is called ${ref}`);
    return person.id;
  }

  /** Creates or changes a user group and sends Slack's events for it. Without an ID, it creates a new one. */
  setGroup(
    groupId: string | undefined,
    { handle, name, users, isDisabled = false }: GroupOptions,
  ): StandInGroup {
    const id = groupId ?? this.freshId("S");
    const before = this.groups.get(id);
    const now = Math.floor(this.now() / 1000);
    const members = [...new Set(users.map((ref) => this.#idOf(ref)))];
    const dates = { created: before?.created ?? now, updated: now };
    const group: StandInGroup = { id, handle, name, users: members, isDisabled, ...dates };
    this.groups.set(id, group);
    this.changed("group");
    if (before === undefined) {
      this.#emit({ type: "subteam_created", groupId: id });
      return group;
    }
    const added = members.filter((user) => !before.users.includes(user));
    const removed = before.users.filter((user) => !members.includes(user));
    if (added.length + removed.length > 0)
      this.#emit({ type: "subteam_members_changed", groupId: id, added, removed, before: before.updated });
    this.#emit({ type: "subteam_updated", groupId: id });
    return group;
  }

  /** Returns any user by ID, including the bot and Slackbot. */
  person(userId: string): Person | undefined {
    const found = this.people.find((person) => person.id === userId);
    if (found !== undefined) return found;
    const base = { teamId: this.team.id, tz: "Etc/UTC", updated: 0 };
    if (userId === this.bot.userId)
      return { ...base, id: userId, name: this.bot.name, realName: this.bot.realName, isBot: true };
    // Slack returns is_bot: false for Slackbot.
    if (userId === slackbotId) return { ...base, id: userId, name: "slackbot", realName: "Slackbot" };
    return undefined;
  }

  /** Returns all users as users.list does: people, the bot, and Slackbot. */
  everybody(): Person[] {
    const extras = [this.person(this.bot.userId), this.person(slackbotId)].filter((p) => p !== undefined);
    return [...this.people, ...extras];
  }

  addChannel(channel: ChannelOptions): StandInChannel {
    const entry: StandInChannel = {
      id: channel.id ?? stableId("C", channel.name),
      kind: channel.isPrivate ? "private" : "public",
      name: channel.name,
      members: (channel.members ?? []).map((ref) => this.#idOf(ref)),
      isArchived: channel.isArchived ?? false,
      isExtShared: channel.isExtShared ?? false,
      isOrgShared: channel.isOrgShared ?? false,
      isReadOnly: channel.isReadOnly ?? false,
      isThreadOnly: channel.isThreadOnly ?? false,
      isFrozen: channel.isFrozen ?? false,
    };
    this.channels.set(entry.id, entry);
    this.changed("channel");
    return entry;
  }

  /**
   * Changes a channel, such as archiving it or removing the bot. Slack sends no event that the bot subscribes
   * to.
   */
  changeChannel(id: string, change: Partial<Omit<StandInChannel, "id" | "kind">>): void {
    const channel = this.channels.get(id);
    if (channel === undefined) throw new Error(`there is no channel ${id}`);
    Object.assign(channel, change);
    this.changed("channel");
  }

  /** Returns the bot's direct messages with these people, and creates them if they are missing. */
  openDm(userIds: string[]): StandInChannel {
    const members = [...new Set(userIds)].sort();
    const isIm = members.length === 1;
    const id = stableId(isIm ? "D" : "G", members.join(" "));
    const existing = this.channels.get(id);
    if (existing !== undefined) return existing;
    const channel: StandInChannel = {
      id,
      kind: isIm ? "im" : "mpim",
      name: isIm ? "directmessage" : `mpdm-${members.length}`,
      members: [...members, this.bot.userId],
      ...{ isArchived: false, isExtShared: false, isOrgShared: false },
      ...{ isReadOnly: false, isThreadOnly: false, isFrozen: false },
    };
    this.channels.set(id, channel);
    this.changed("channel", members);
    return channel;
  }

  isOpenDm(userIds: string[]): boolean {
    const members = [...new Set(userIds)].sort();
    return this.channels.has(stableId(members.length === 1 ? "D" : "G", members.join(" ")));
  }

  normalize(blocks: Json[]): Json[] {
    return normalizeBlocks(blocks, () => this.freshId("b"));
  }

  violate(method: string, rule: RuleName, message: string): void {
    this.violations.push({ method, rule, message, docs: docsOf(rule), at: this.now() });
    this.changed("violation");
  }
}

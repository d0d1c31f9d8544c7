import { createHash } from "node:crypto";
import { stateOf } from "./elements.ts";
import type { RuleName } from "./limits.ts";
import { docsOf } from "./limits.ts";
import { normalizeBlocks } from "./normalize.ts";
import type {
  Change,
  Json,
  Person,
  SlackOptions,
  StandInChannel,
  StandInEphemeral,
  StandInMessage,
  StandInPerson,
  Violation,
} from "./types.ts";
import { Views } from "./views.ts";

export type * from "./types.ts";

const slackbotId = "USLACKBOT";
const strangersTeam = "T0ELSEWHERE";

/** An id that stays the same from start to start, e.g. U0K3X91QZ for "ana". */
const stableId = (prefix: string, name: string): string => {
  const number = BigInt(`0x${createHash("sha256").update(name).digest("hex").slice(0, 14)}`);
  return `${prefix}0${number.toString(36).toUpperCase().padStart(8, "0").slice(0, 8)}`;
};

/** The whole workspace in memory: people, channels, messages, private answers, views. Outlives the bot. */
export class Workspace {
  readonly team: { id: string; name: string; domain: string };
  readonly bot: { userId: string; botId: string; appId: string; name: string; realName: string };
  readonly people: Person[] = [];
  readonly channels = new Map<string, StandInChannel>();
  readonly ephemerals: StandInEphemeral[] = [];
  readonly violations: Violation[] = [];
  readonly views: Views;
  readonly now: () => number;
  readonly #messages = new Map<string, StandInMessage[]>();
  readonly #listeners = new Set<(change: Change) => void>();
  #lastMicros = 0;
  #counter = 0;

  constructor(options: Pick<SlackOptions, "team" | "people" | "channels" | "now">, botName: string) {
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
    this.#addChannel({ name: "general", members: everybody });
    for (const channel of options.channels ?? []) this.#addChannel(channel);
  }

  /** Calls the listener at each change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  changed(kind: Change["kind"], users: string[] = []): void {
    for (const listener of this.#listeners) listener({ kind, users });
  }

  /** A message's time stamp, e.g. "1700000000.123456": unique and increasing in the workspace. */
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
    const teamId = person.isStranger ? strangersTeam : this.team.id;
    const entry: Person = { tz: "Etc/UTC", ...person, id, teamId, updated: Math.floor(this.now() / 1000) };
    this.people.push(entry);
    this.changed("person");
    return entry;
  }

  /** Changes what is known of a person, e.g. deactivates them. Slack's user_change event is sent by `event`. */
  changePerson(userId: string, change: Partial<StandInPerson>): void {
    const person = this.person(userId);
    if (person === undefined) throw new Error(`nobody has the id ${userId}`);
    Object.assign(person, change, { updated: Math.floor(this.now() / 1000) });
    this.changed("person");
  }

  /** Anybody by id, the bot and Slackbot included. */
  person(userId: string): Person | undefined {
    const found = this.people.find((person) => person.id === userId);
    if (found !== undefined) return found;
    const base = { teamId: this.team.id, tz: "Etc/UTC", updated: 0 };
    if (userId === this.bot.userId)
      return { ...base, id: userId, name: this.bot.name, realName: this.bot.realName, isBot: true };
    // Slack says is_bot: false of its own Slackbot.
    if (userId === slackbotId) return { ...base, id: userId, name: "slackbot", realName: "Slackbot" };
    return undefined;
  }

  /** Everybody as users.list tells of them: people, the bot and Slackbot. */
  everybody(): Person[] {
    const extras = [this.person(this.bot.userId), this.person(slackbotId)].filter((p) => p !== undefined);
    return [...this.people, ...extras];
  }

  #addChannel(channel: NonNullable<SlackOptions["channels"]>[number]): void {
    const member = (ref: string) => {
      if (ref === "bot") return this.bot.userId;
      const person = this.people.find((p) => p.id === ref || p.name === ref);
      if (person === undefined) throw new Error(`#${channel.name}: nobody is called ${ref}`);
      return person.id;
    };
    const id = channel.id ?? stableId("C", channel.name);
    this.channels.set(id, {
      id,
      kind: channel.isPrivate ? "private" : "public",
      name: channel.name,
      members: (channel.members ?? []).map(member),
      isArchived: channel.isArchived ?? false,
      isExtShared: channel.isExtShared ?? false,
    });
  }

  /** The direct messages of the bot with these people; made when missing. */
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
      isArchived: false,
      isExtShared: false,
    };
    this.channels.set(id, channel);
    this.changed("channel", members);
    return channel;
  }

  isOpenDm(userIds: string[]): boolean {
    const members = [...new Set(userIds)].sort();
    return this.channels.has(stableId(members.length === 1 ? "D" : "G", members.join(" ")));
  }

  /** A channel's messages, oldest first. */
  messagesIn(channel: string): StandInMessage[] {
    return this.#messages.get(channel) ?? [];
  }

  message(channel: string, ts: string): StandInMessage | undefined {
    return this.messagesIn(channel).find((message) => message.ts === ts);
  }

  post(message: Omit<StandInMessage, "ts" | "values">): StandInMessage {
    const blocks = this.normalize(message.blocks);
    const entry: StandInMessage = { ...message, blocks, ts: this.nextTs(), values: stateOf(blocks) };
    this.#messages.set(message.channel, [...this.messagesIn(message.channel), entry]);
    this.messageChanged(entry);
    return entry;
  }

  removeMessage(message: StandInMessage): void {
    this.#messages.set(
      message.channel,
      this.messagesIn(message.channel).filter((other) => other !== message),
    );
    this.messageChanged(message);
  }

  messageChanged(message: StandInMessage): void {
    this.changed("message", this.channels.get(message.channel)?.members ?? []);
  }

  /** Shows something to one person only. */
  whisper(entry: {
    user: string;
    channel: string;
    text: string;
    blocks?: Json[];
    from?: "bot" | "slackbot";
  }) {
    const blocks = this.normalize(entry.blocks ?? []);
    const ephemeral: StandInEphemeral = {
      id: this.freshId("E"),
      ts: this.nextTs(),
      from: "bot",
      values: stateOf(blocks),
      ...entry,
      blocks,
    };
    this.ephemerals.push(ephemeral);
    this.changed("ephemeral", [entry.user]);
    return ephemeral;
  }

  removeEphemeral(id: string): void {
    const index = this.ephemerals.findIndex((entry) => entry.id === id);
    const [gone] = index < 0 ? [] : this.ephemerals.splice(index, 1);
    if (gone) this.changed("ephemeral", [gone.user]);
  }

  normalize(blocks: Json[]): Json[] {
    return normalizeBlocks(blocks, () => this.freshId("b"));
  }

  violate(method: string, rule: RuleName, message: string): void {
    this.violations.push({ method, rule, message, docs: docsOf(rule), at: this.now() });
    this.changed("violation");
  }
}

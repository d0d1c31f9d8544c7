import { stateOf } from "./checks/elements.ts";
import type { Change, Json, StandInChannel, StandInEphemeral, StandInMessage } from "./types.ts";

/** The messages of a workspace: those in channels, and the ephemeral ones, which only one person sees. */
export abstract class Messages {
  abstract readonly channels: Map<string, StandInChannel>;
  readonly ephemerals: StandInEphemeral[] = [];
  readonly #messages = new Map<string, StandInMessage[]>();

  abstract changed(kind: Change["kind"], users?: string[]): void;
  abstract nextTs(): string;
  abstract freshId(prefix: string): string;
  abstract normalize(blocks: Json[]): Json[];

  /** Returns a channel's messages, oldest first. */
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
}

import { limits } from "../checks/limits.ts";

/** A trigger_id: lets the bot open one view for the person, for a moment. `viewId`: it came out of that modal. */
type Trigger = { userId: string; expiresAt: number; used: boolean; viewId?: string };

/** What a response_url answers to: a command in a channel, or a click on a message or an ephemeral. */
export type ReplyTo = { userId: string; channel: string; messageTs?: string; ephemeralId?: string };

type ReplyGrant = { to: ReplyTo; expiresAt: number; uses: number };

/** What Slack hands to the bot with a person's action, to be used once or for a while. */
export class Grants {
  readonly #now: () => number;
  readonly #triggers = new Map<string, Trigger>();
  readonly #replies = new Map<string, ReplyGrant>();
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  trigger(userId: string, viewId?: string): string {
    this.#count += 1;
    const id = `${Math.floor(this.#now() / 1000)}.${this.#count}.${crypto.randomUUID().replaceAll("-", "")}`;
    const expiresAt = this.#now() + limits.triggerLife.max;
    this.#triggers.set(id, { userId, expiresAt, used: false, ...(viewId !== undefined && { viewId }) });
    return id;
  }

  /** Uses a trigger up. Gives it, or Slack's error: https://docs.slack.dev/reference/methods/views.open#errors */
  exchange(id: string): Trigger | "invalid_trigger_id" | "exchanged_trigger_id" | "expired_trigger_id" {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) return "invalid_trigger_id";
    if (trigger.used) return "exchanged_trigger_id";
    if (this.#now() >= trigger.expiresAt) return "expired_trigger_id";
    trigger.used = true;
    return trigger;
  }

  /** A new response_url's last part. */
  reply(to: ReplyTo): string {
    const id = crypto.randomUUID();
    this.#replies.set(id, { to, expiresAt: this.#now() + limits.responseUrlLife.max, uses: 0 });
    return id;
  }

  /** Counts one use of a response_url. Gives what it answers to, or why it is refused. */
  useReply(id: string): ReplyTo | "expired_url" | "used_url" {
    const grant = this.#replies.get(id);
    if (grant === undefined || this.#now() >= grant.expiresAt) return "expired_url";
    if (grant.uses >= limits.responseUrlUses.max) return "used_url";
    grant.uses += 1;
    return grant.to;
  }
}

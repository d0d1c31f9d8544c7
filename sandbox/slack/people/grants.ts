import { limits } from "../checks/limits.ts";

/**
 * A trigger_id: lets the bot open one view for the person within a short time. `viewId` is the modal it came
 * from.
 */
type Trigger = { userId: string; expiresAt: number; used: boolean; viewId?: string };

/** The target of a response_url: a command in a channel, or a click on a message or an ephemeral message. */
export type ReplyTo = { userId: string; channel: string; messageTs?: string; ephemeralId?: string };

type ReplyGrant = { to: ReplyTo; expiresAt: number; uses: number };

/** The trigger_ids and response_urls that Slack gives to the bot with a person's action. */
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

  /**
   * Uses up a trigger. Returns it, or Slack's error:
   * https://docs.slack.dev/reference/methods/views.open#errors
   */
  exchange(id: string): Trigger | "invalid_trigger_id" | "exchanged_trigger_id" | "expired_trigger_id" {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) return "invalid_trigger_id";
    if (trigger.used) return "exchanged_trigger_id";
    if (this.#now() >= trigger.expiresAt) return "expired_trigger_id";
    trigger.used = true;
    return trigger;
  }

  /** Returns the last part of a new response_url. */
  reply(to: ReplyTo): string {
    const id = crypto.randomUUID();
    this.#replies.set(id, { to, expiresAt: this.#now() + limits.responseUrlLife.max, uses: 0 });
    return id;
  }

  /** Counts one use of a response_url. Returns its target, or the reason for a refusal. */
  useReply(id: string): ReplyTo | "expired_url" | "used_url" {
    const grant = this.#replies.get(id);
    if (grant === undefined || this.#now() >= grant.expiresAt) return "expired_url";
    if (grant.uses >= limits.responseUrlUses.max) return "used_url";
    grant.uses += 1;
    return grant.to;
  }
}

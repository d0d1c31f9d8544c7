import type { InboxMail } from "../../mail.ts";
import type { SlackStandIn, StandInMessage } from "../../slack/types.ts";
import { mailsTo } from "./mails.ts";

/** What each person has read: the newest message per channel, and their emails. In memory only. */
export class Reads {
  readonly #slack: SlackStandIn;
  readonly #newest = new Map<string, string>();
  readonly #mails = new Map<string, Set<string>>();

  constructor(slack: SlackStandIn) {
    this.#slack = slack;
  }

  /** Marks a channel as read up to its newest message. Returns true if something was unread. */
  readChannel(userId: string, channel: string): boolean {
    const last = this.#all(userId, channel).at(-1)?.ts ?? "";
    const key = `${userId} ${channel}`;
    if ((this.#newest.get(key) ?? "") >= last) return false;
    this.#newest.set(key, last);
    return true;
  }

  /** Marks an email as read. Returns true if it was unread. */
  readMail(userId: string, mailId: string): boolean {
    const read = this.#mails.get(userId) ?? new Set();
    if (read.has(mailId)) return false;
    this.#mails.set(userId, read.add(mailId));
    return true;
  }

  isMailRead(userId: string, mailId: string): boolean {
    return this.#mails.get(userId)?.has(mailId) ?? false;
  }

  unreadMessages(userId: string, channel: string): number {
    const seen = this.#newest.get(`${userId} ${channel}`) ?? "";
    return this.#all(userId, channel).filter((message) => message.ts > seen).length;
  }

  unreadMails(userId: string, mails: InboxMail[]): number {
    const address = this.#slack.workspace.person(userId)?.email;
    return mailsTo(mails, address).filter((mail) => !this.isMailRead(userId, mail.id)).length;
  }

  #all(userId: string, channel: string): Pick<StandInMessage, "ts">[] {
    return this.#slack.workspace.messagesIn(channel).filter((message) => message.user !== userId);
  }
}

import type { InboxMail } from "../../mail.ts";
import type { Change, SlackStandIn } from "../../slack/types.ts";

/** The parts of the page that update by themselves. */
export type Part = "sidebar" | "conversation" | "home" | "view" | "mail" | "strip" | "workspace" | "ci";

const partsOf: Record<Change["kind"], Part[]> = {
  // A message from the bot about a request may mean that another build is live.
  message: ["conversation", "sidebar", "ci"],
  ephemeral: ["conversation"],
  view: ["view"],
  home: ["home", "ci"],
  channel: ["sidebar", "home", "view", "workspace"],
  person: ["sidebar", "conversation", "home", "view", "workspace"],
  group: ["workspace"],
  violation: ["strip"],
  call: [],
};

/** These parts also show other people's data, such as their unread counts. */
const concernsEveryone = (part: Part) => part === "sidebar" || part === "strip" || part === "ci";

/** Emails arrive at a separate server, so new ones are found by polling. */
const mailPollMs = 700;

type Listener = { userId: string; notify: (parts: Part[]) => void };

/** Notifies open pages about which of their parts changed. */
export class Feed {
  readonly #listeners = new Set<Listener>();
  readonly #inbox: () => Promise<InboxMail[]>;
  #poll: NodeJS.Timeout | undefined;
  #mails = "";

  constructor(slack: SlackStandIn, inbox: () => Promise<InboxMail[]>) {
    this.#inbox = inbox;
    slack.workspace.onChange(({ kind, users }) => this.changed(partsOf[kind], users));
  }

  /** Calls `notify` with the changed parts for this person until the returned function is called. */
  subscribe(userId: string, notify: (parts: Part[]) => void): () => void {
    const listener = { userId, notify };
    this.#listeners.add(listener);
    this.#poll ??= setInterval(() => void this.#pollInbox(), mailPollMs).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
    };
  }

  /** @param users the people whose pages are affected. Empty means everyone. */
  changed(parts: Part[], users: string[] = []): void {
    for (const { userId, notify } of this.#listeners) {
      const relevant = parts.filter(
        (part) => users.length === 0 || users.includes(userId) || concernsEveryone(part),
      );
      if (relevant.length > 0) notify(relevant);
    }
  }

  async #pollInbox(): Promise<void> {
    // The mail server may be restarting. The next poll finds new emails.
    const mails = await this.#inbox().catch(() => undefined);
    if (mails === undefined) return;
    const now = mails.map((mail) => mail.id).join(" ");
    if (now === this.#mails) return;
    this.#mails = now;
    this.changed(["sidebar", "mail"]);
  }
}

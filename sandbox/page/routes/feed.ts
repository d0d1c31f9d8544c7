import type { Change, SlackStandIn } from "../../slack/types.ts";
import type { InboxMail } from "./types.ts";

/** The parts of the page that change by themselves. */
export type Part = "sidebar" | "conversation" | "home" | "view" | "mail" | "strip" | "workspace" | "ci";

const partsOf: Record<Change["kind"], Part[]> = {
  // What the bot says of a request may mean that something else is live now.
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

/** These parts also show what concerns other people, e.g. their unread marks. */
const isForEverybody = (part: Part) => part === "sidebar" || part === "strip" || part === "ci";

/** Mails come from elsewhere, and only asking tells of new ones. */
const mailPollMs = 700;

type Listener = { userId: string; tell: (parts: Part[]) => void };

/** Tells open pages which of their parts have changed. */
export class Feed {
  readonly #listeners = new Set<Listener>();
  readonly #inbox: () => Promise<InboxMail[]>;
  #poll: NodeJS.Timeout | undefined;
  #mails = "";

  constructor(slack: SlackStandIn, inbox: () => Promise<InboxMail[]>) {
    this.#inbox = inbox;
    slack.workspace.onChange(({ kind, users }) => this.changed(partsOf[kind], users));
  }

  /** Calls `tell` with the parts that changed for this person, until the returned function is called. */
  subscribe(userId: string, tell: (parts: Part[]) => void): () => void {
    const listener = { userId, tell };
    this.#listeners.add(listener);
    this.#poll ??= setInterval(() => void this.#look(), mailPollMs).unref();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#poll);
      this.#poll = undefined;
    };
  }

  /** @param users whose page it concerns; empty: everybody's */
  changed(parts: Part[], users: string[] = []): void {
    for (const { userId, tell } of this.#listeners) {
      const theirs = parts.filter(
        (part) => users.length === 0 || users.includes(userId) || isForEverybody(part),
      );
      if (theirs.length > 0) tell(theirs);
    }
  }

  async #look(): Promise<void> {
    // The mail server may be starting again: the next look tells.
    const mails = await this.#inbox().catch(() => undefined);
    if (mails === undefined) return;
    const now = mails.map((mail) => mail.id).join(" ");
    if (now === this.#mails) return;
    this.#mails = now;
    this.changed(["sidebar", "mail"]);
  }
}

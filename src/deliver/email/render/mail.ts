import type { RequestEvent } from "../../../domain/requests/notices.ts";
import type { RequestView } from "../../../queries/requests/request-view.ts";
import type { Outdated } from "../../../slack/words/fact-words.ts";
import type { Piece } from "./text.ts";

/** What an email is about: one request, one event, one reader. */
export type NoticeInput = {
  view: RequestView;
  event: RequestEvent;
  recipient: { id: string; name: string; timeZone: string };
  /** The signed link to the reader's own card. */
  link: string;
  /** The approvals that no longer count, if the event is about them. */
  outdated?: Outdated;
};

/** One row of the table: a label and the lines of its value. `spaced`: the lines may wrap, so there is space between them. */
export type Fact = { label: Piece[]; lines: Piece[][]; spaced?: true };

/** A user's own words, under a heading that names the user. */
export type Quote = { heading: Piece[]; lines: string[] };

/** What the event means for the reader: something to do, good news, bad news, or information. */
export type Tone = "todo" | "good" | "bad" | "quiet";

/** The content of an email. Its HTML and its plain text are both made from this. */
export type Mail = {
  number: number;
  subject: string;
  badge: { text: string; tone: Tone };
  headline: Piece[];
  /** What the event means for the reader, in one or two sentences. */
  lead: Piece[];
  /** Warnings to read before acting, one per line. */
  cautions: Piece[][];
  /** The preview text that mail programs show after the subject. */
  preview: string;
  button: { label: string; address: string };
  quotes: Quote[];
  facts: Fact[];
  /** Why the reader gets this email. */
  footer: string;
};

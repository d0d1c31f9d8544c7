import type { RequestEvent } from "../../../domain/requests/notices.ts";
import type { RequestView } from "../../../queries/requests/request-view.ts";
import type { Piece } from "./text.ts";

/** One request, one event, one reader. */
export type NoticeInput = {
  view: RequestView;
  event: RequestEvent;
  recipient: { id: string; name: string; timeZone: string };
  /** The signed address of the reader's own card. */
  link: string;
};

/** One row of the table: a label and the lines of its value; `spaced`: lines that may wrap, told apart by some space. */
export type Fact = { label: Piece[]; lines: Piece[][]; spaced?: true };

/** Somebody's own words under a line that says whose. */
export type Quote = { heading: Piece[]; lines: string[] };

/** How the reader should feel about it: something to do, good news, bad news, for the record. */
export type Tone = "todo" | "good" | "bad" | "quiet";

/** What an email says, before it is drawn; its HTML and its plain text both come from this alone. */
export type Mail = {
  number: number;
  subject: string;
  badge: { text: string; tone: Tone };
  headline: Piece[];
  /** What it means for the reader, in a sentence or two. */
  lead: Piece[];
  /** What they must not read past before they do it, one line each. */
  cautions: Piece[][];
  /** What a list of mails shows after the subject. */
  preview: string;
  button: { label: string; address: string };
  quotes: Quote[];
  facts: Fact[];
  /** Why they get it. */
  footer: string;
};

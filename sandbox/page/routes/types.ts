import type { Ci } from "../../ci/index.ts";
import type { SlackStandIn, StandInPerson } from "../../slack/types.ts";

/** A mail as the Resend stand-in took it. `at` is an ISO 8601 time. */
export type InboxMail = {
  id: string;
  to: string;
  from: string;
  subject: string;
  html: string;
  text: string;
  at: string;
};

/** A person that one can be on the page, with a few words on what they are there for. */
export type PagePerson = StandInPerson & { does: string };

export type PageOptions = {
  slack: SlackStandIn;
  /** All mails, newest first. */
  inbox: () => Promise<InboxMail[]>;
  people: PagePerson[];
  /** Path of the Slack app's manifest, for its commands; default the project's own. */
  manifest?: string;
  /** The pipeline that one can play; the page has none without it. */
  ci?: Ci;
};

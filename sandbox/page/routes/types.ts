import type { Ci } from "../../ci/index.ts";
import type { InboxMail } from "../../mail.ts";
import type { SlackStandIn, StandInPerson } from "../../slack/types.ts";

/** A person you can act as, with a short description of their part. */
export type PagePerson = StandInPerson & { does: string };

export type PageOptions = {
  slack: SlackStandIn;
  /** All emails, newest first. */
  inbox: () => Promise<InboxMail[]>;
  people: PagePerson[];
  /** The path of the Slack app's manifest, for its commands. Default: the project's manifest. */
  manifest?: string;
  /** The CI pipeline. Without it, the page has no CI panel. */
  ci?: Ci;
};

import type { DeliveryCoverage } from "../../domain/delivery/delivery-coverage.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import type { Comparison } from "../../domain/requests/comparison.ts";
import type { Eligibility } from "../../domain/requests/eligibility.ts";
import type { StateName, Verdict } from "../../domain/requests/request.ts";
import type { NotRequester, NotReviewer } from "../../domain/shared/refusals.ts";

export type BuildView = {
  id: string;
  version: string;
  commit: string | null;
  link: string | null;
  author: string | null;
};

/** A build where it is live, since when. */
export type LiveView = BuildView & { since: Date };

export type ReviewView = { reviewer: Person; verdict: Verdict; comment: string; at: Date };

/** Who did something: a person, perhaps through a token of this name, or the system with its reason. */
export type ByView = { person: Person; through?: string } | { person: null; reason: string };

/** Who brought a build where it is, and for which request, if any. */
export type DeployedView = { by: ByView; requestNumber: number | null };

/** What a build changes where it goes. */
export type ComparisonView = Comparison & {
  /** What the target has before it; null: nothing. `deployed` is known of what is live now. */
  from: (Pick<BuildView, "id" | "version" | "commit"> & { deployed: DeployedView | null }) | null;
};

/** Everything that a card, an email, a modal or the API shows of a request. Screens draw this and nothing else. */
export type RequestView = {
  organizationId: string;
  number: number;
  version: number;
  project: { id: string; slug: string; name: string };
  integration: { id: string; slug: string; name: string };
  source: { id: string; name: string };
  target: { id: string; name: string; critical: boolean };
  build: BuildView;
  /** What is live in the target now. */
  liveInTarget: LiveView | null;
  /** What is live in the source now, where it is not the requested build any more. */
  newerInSource: LiveView | null;
  /**
   * The requested build beside what is live in the target now; of a closed request, beside what was live when it was made
   * or, once promoted, before it. Null where that is the same build.
   */
  comparison: ComparisonView | null;
  requester: Person;
  /** The token that the request was made through, by name. */
  through: string | null;
  message: string;
  createdAt: Date;
  /** The state at the moment of the query: a request whose time ran out is expired. */
  state: StateName;
  expiresAt: Date | null;
  approvals: { given: number; required: number };
  /** Who may review it now, by name; empty once it is decided. */
  reviewers: Person[];
  /** Only while it is pending and some of its reviewers could not be reached. */
  deliveryCoverage: DeliveryCoverage | null;
  reviews: ReviewView[];
  decision: { outcome: "approved" | "rejected"; at: Date; by: ByView; comment: string } | null;
  cancelled: { at: Date; by: ByView; reason: string | null; replacedBy: number | null } | null;
  expiredAt: Date | null;
  promotedAt: Date | null;
  attempt: { startedBy: ByView; link: string | null; reason: string | null; unknown: boolean } | null;
  /** Whether a Reject needs a comment now. */
  commentOnReject: boolean;
};

/** What one person may do with a request now, and if not, why. */
export type ViewerRights = {
  viewerId: MemberId;
  isRequester: boolean;
  /** Whether they run Signoff. */
  admin: boolean;
  review: Eligibility<NotReviewer>;
  /** The review that they gave and that stands. */
  reviewed: ReviewView | null;
  cancel: boolean;
  /** Only the requester cancels without giving a reason. */
  cancelNeedsReason: boolean;
  promote: Eligibility<NotRequester>;
  timeZone: string;
};

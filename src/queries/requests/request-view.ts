import type { DeliveryCoverage } from "../../domain/delivery/delivery-coverage.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import type { NotCounted } from "../../domain/requests/approvals.ts";
import type { Comparison } from "../../domain/requests/comparison.ts";
import type { Eligibility } from "../../domain/requests/eligibility.ts";
import type { StateName, Verdict } from "../../domain/requests/request.ts";
import type { NotRequester, NotReviewer } from "../../domain/shared/refusals.ts";

export type BuildView = {
  id: string;
  /** Its ID where it was built. */
  externalId: string;
  version: string;
  commit: string | null;
  digest: string | null;
  link: string | null;
  author: string | null;
};

/** A live build, and since when it is live. */
export type LiveView = BuildView & { since: Date };

/** `fingerprint` identifies the bound facts that the review was given for; null where they are not known. */
export type ReviewView = {
  reviewer: Person;
  verdict: Verdict;
  comment: string;
  at: Date;
  fingerprint?: string | null;
  /** Why an approval of an open request no longer counts, or would not if it were given now; null if it counts (R4, R7). */
  notCounted: NotCounted | null;
};

/** Who did something: a person (`through` is the name of the token, if any), or the system and its reason. */
export type ByView = { person: Person; through?: string } | { person: null; reason: string };

/** Who deployed a build, and for which request, if any. */
export type DeployedView = { by: ByView; requestNumber: number | null };

/** What a build changes in its target. */
export type ComparisonView = Comparison & {
  /** What the build replaces; null if nothing. `deployed` is known only if that is live now. */
  from: (Pick<BuildView, "id" | "version" | "commit"> & { deployed: DeployedView | null }) | null;
};

/** The last attempt to deploy the build to the target. */
export type AttemptProgress = {
  /** The deployment's ID. */
  id?: string;
  startedBy: ByView;
  link: string | null;
  reason: string | null;
  unknown: boolean;
  /** The person who ended it without a report; null if nobody did. */
  endedBy?: ByView | null;
  /** Why its deployer was not reached at the last try, while it is tried again. */
  retryReason?: string | null;
};

/** Everything that a card, email, modal, or the API shows of a request. Screens render only this. */
export type RequestView = {
  organizationId: string;
  number: number;
  /** Never repeats, unlike the number. */
  identity: string;
  /** Identifies the bound facts that the view shows (R7). */
  fingerprint: string;
  version: number;
  project: { id: string; slug: string; name: string };
  integration: { id: string; slug: string; name: string };
  source: { id: string; slug: string; name: string };
  target: { id: string; slug: string; name: string; critical: boolean };
  /** What Promote uses to deploy the integration. */
  deployer: string;
  build: BuildView;
  /** What is live in the target now; null if nothing. */
  liveInTarget: LiveView | null;
  /** What is live in the source now, if it is no longer the requested build. */
  newerInSource: LiveView | null;
  /**
   * The requested build compared with what is live in the target now. For a closed request, compared with what was live
   * when it was made or, if it was promoted, before the promotion. Null if that is the same build.
   */
  comparison: ComparisonView | null;
  requester: Person;
  /** The name of the token through which the request was made. */
  through: string | null;
  /** Whether that token named another member as the requester (R5). */
  onBehalf?: boolean;
  message: string;
  createdAt: Date;
  /** The state at the time of the query: a request that is out of time is expired (R11). */
  state: StateName;
  expiresAt: Date | null;
  /** `given`: those that count now or, if a review decided it, counted then (R4). */
  approvals: { given: number; required: number };
  /** Who may review the request now, by name. Empty unless it is pending. */
  reviewers: Person[];
  /** Not null only while the request is pending and some reviewers could not be reached. */
  deliveryCoverage: DeliveryCoverage | null;
  reviews: ReviewView[];
  decision: { outcome: "approved" | "rejected"; at: Date; by: ByView; comment: string } | null;
  cancelled: { at: Date; by: ByView; reason: string | null; replacedBy: number | null } | null;
  expiredAt: Date | null;
  promotedAt: Date | null;
  attempt: AttemptProgress | null;
  /** Whether a Reject needs a comment. */
  commentOnReject: boolean;
};

/** What a person may do with a request now and, if they may not, why. */
export type ViewerRights = {
  viewerId: MemberId;
  isRequester: boolean;
  /** Whether they are an admin of Signoff. */
  admin: boolean;
  review: Eligibility<NotReviewer>;
  /** Their current review. */
  reviewed: ReviewView | null;
  cancel: boolean;
  /** Only the requester may cancel without a reason. */
  cancelNeedsReason: boolean;
  /** Whether they may end the attempt in progress. */
  endAttempt?: boolean;
  promote: Eligibility<NotRequester>;
  timeZone: string;
};

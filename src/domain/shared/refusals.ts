import type { LoweredGuard } from "../catalog/guards.ts";
import type { MemberStatus, Person } from "../people/people.ts";
import type { DriftChange } from "../requests/drift.ts";
import type { Scope } from "../tokens/scope.ts";

/** Why somebody may not review (R4, R5). */
export type NotReviewer = "self" | "role" | "assignee" | Exclude<MemberStatus, "active">;

/** Why somebody may not request or promote (R14). */
export type NotRequester = "role" | Exclude<MemberStatus, "active">;

/**
 * The answer of a rule that does not allow something. It repeats no facts about a request: a surface reads the request by
 * its number, so that people see its current state.
 */
export type Refusal =
  | {
      code: "not-found";
      what: "project" | "integration" | "environment" | "build" | "request" | "role" | "member" | "token";
      /** The previous slug of a rename: nothing has or had it. */
      name?: string;
    }
  | { code: "archived"; what: "project" | "integration" | "environment" }
  | { code: "no-source"; target: string }
  | { code: "nothing-live"; source: string }
  | { code: "already-live"; version: string; target: string }
  /** `live`: the build that is live now, by its registered id, for a caller that was not shown one. */
  | { code: "build-changed"; live?: { id: string; version: string } | null }
  | { code: "gate-changed"; gated: boolean }
  | { code: "open-request"; number: number; replaceable: boolean; workflowOff: boolean }
  | { code: "not-replaceable"; number: number }
  /** `tokenMember`: the member of the token that makes the call, if they are the one who may not. */
  | { code: "not-requester"; why: NotRequester; roles: readonly string[]; tokenMember?: Person }
  | { code: "not-reviewer"; why: NotReviewer; number: number }
  | { code: "too-few-reviewers"; required: number; available: number; workflowRoles: readonly string[] }
  /** R7: the person was shown other names, another build, or other settings of the target than the request has now. */
  | { code: "request-changed"; number: number }
  /** R7: the button or dialog is not of the request that has the number now. */
  | { code: "unknown-card"; number: number }
  | { code: "already-decided"; number: number }
  | { code: "not-pending"; number: number }
  | { code: "comment-required" }
  | { code: "text-too-long"; field: "message" | "comment" | "reason"; limit: number }
  | { code: "not-approved"; number: number }
  | { code: "not-reviewed"; number: number }
  | { code: "must-confirm"; number: number; changes: readonly DriftChange[]; shown: string }
  | { code: "not-canceller"; number: number }
  /** `what`: what the reason is for, if it is not a cancellation. */
  | { code: "reason-required"; what?: "attempt" }
  /** No token named this member as the requester. */
  | { code: "not-named"; number: number }
  | { code: "not-cancellable"; number: number }
  /** `another`: the attempt that the person saw has ended, and another one is in progress. */
  | { code: "no-attempt"; number: number; why: "none" | "another" }
  | { code: "not-ender"; number: number }
  | ReportRefusal
  | TokenRefusal
  | SettingsRefusal;

/** Why a report from a pipeline is not recorded. */
export type ReportRefusal =
  /** A build is immutable, and the one with this id differs in these parts. */
  | { code: "build-differs"; id: string; parts: readonly string[] }
  /** The deployment with this id is of another build. */
  | { code: "deployment-differs"; id: string; build: string }
  /** A reported time lies ahead of its arrival by more than clocks differ, or long before. `at`: the arrival. */
  | { code: "time-out-of-range"; field: "builtAt" | "startedAt"; why: "ahead" | "too-early"; at: Date }
  /** An abbreviated commit fits several builds of the version. */
  | { code: "commit-ambiguous"; commit: string; count: number }
  /** The webhook deployer has no address yet. */
  | { code: "no-webhook" };

/** Why an API token may not make a call. */
export type TokenRefusal =
  /** `inactive`: its creator or the member it acts for is no longer an active full member. */
  /** `replaced`: the token was handed over, and this is its old secret. */
  | { code: "token-invalid"; why: "unknown" | "revoked" | "replaced" }
  | { code: "token-invalid"; why: "ended"; at: Date }
  | { code: "token-invalid"; why: "inactive"; person: Person; status: Exclude<MemberStatus, "active"> }
  /** `paused`: the token has the scope, but its member is not an admin. */
  | { code: "token-scope"; scope: Scope; has: readonly Scope[]; paused?: Person }
  /** The token is limited to another project, or the call is about more than one project. */
  | { code: "token-project" };

/** Why a person cannot hold a role. `unknown`: Slack has not described them. */
export type NotFullMember = Exclude<MemberStatus, "active"> | "unknown";

/** Why a webhook's address is refused. `inside`: it resolves to this machine, a private network, or cloud metadata. */
export type AddressFault = "not-an-address" | "credentials" | "not-https" | "inside";

/** Why review cards cannot go to a channel. */
export type ChannelFault =
  | "archived"
  | "frozen"
  | "shared"
  | "thread-only"
  | "not-member"
  | "read-only"
  | "not-found"
  | "unknown";

/** What people give a name. */
export type NamedThing = "project" | "environment" | "integration" | "role" | "token";

/** The refusals of settings rules. They carry current names, because a setting has no number to look it up by. */
export type SettingsRefusal =
  /** `what`: the action that only admins may do. Without it: changing settings. */
  | { code: "not-admin"; admins: readonly Person[]; what?: "deliveries" }
  | { code: "stale"; by: Person | null; at: Date }
  | { code: "no-roles" }
  | { code: "assignee-not-in-roles"; people: readonly Person[] }
  | { code: "dead-workflow"; required: number; projects: readonly { name: string; available: number }[] }
  /** `formerlyOf`: the name is a former slug of the item with this name, and still leads there. */
  | { code: "name-taken"; name: string; archived?: boolean; formerlyOf?: string }
  /** `hidden`: it has line breaks, or characters that do not show or that change what shows. */
  | {
      code: "name-unusable";
      what: NamedThing;
      why: "hidden" | "empty" | "too-long";
      name: string;
      limit: number;
    }
  /** R1: a token would lower these guards. `admins`: who can. */
  | { code: "guard-lowered"; guards: readonly LoweredGuard[]; admins: readonly Person[] }
  | {
      code: "role-in-use";
      workflow: boolean;
      projects: readonly string[];
      archivedProjects?: readonly string[];
    }
  | { code: "admin-role" }
  | { code: "last-admin" }
  | { code: "not-full-members"; people: readonly { person: Person; status: NotFullMember }[] }
  | { code: "role-bound" }
  | { code: "channel-unusable"; why: ChannelFault; name: string | null }
  | { code: "request-in-the-way"; number: number }
  | { code: "address-unusable"; why: AddressFault }
  | { code: "silence-limit"; least: number; most: number }
  /** A webhook's secret is not shown again, or SIGNOFF_SECRET is not the one that it was encrypted with. */
  | { code: "secret-hidden"; why: "seen" | "unreadable" }
  | { code: "too-few-environments" }
  | { code: "too-many-environments"; limit: number }
  | { code: "token-name"; limit: number }
  | { code: "no-scopes" }
  /** The end of a token is not in the future. */
  | { code: "end-passed" }
  /** Scopes that need an admin are added to the token of a member who is none. */
  | { code: "scope-needs-admin"; scopes: readonly Scope[]; member: Person }
  /** The token is not offered to this member, or no longer. */
  | { code: "not-offered" };

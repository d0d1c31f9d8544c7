import type { DriftChange } from "./drift.ts";
import type { Standing } from "./people.ts";

/** Why somebody may not review (R4, R5). */
export type NotReviewer = "self" | "role" | "assignee" | Exclude<Standing, "active">;

/** Why somebody may not request or promote (R14). */
export type NotRequester = "role" | Exclude<Standing, "active">;

/**
 * A rule's no. Facts that belong to a request are not repeated here: a surface draws the request by its number, so that
 * the words always show what is true when they are read.
 */
export type Refusal =
  | { code: "not-found"; what: "integration" | "environment" | "request" | "member" }
  | { code: "archived"; what: "project" | "integration" | "environment" }
  | { code: "no-source"; target: string }
  | { code: "nothing-live"; source: string }
  | { code: "already-live"; version: string; target: string }
  | { code: "build-changed" }
  | { code: "gate-changed"; gated: boolean }
  | { code: "open-request"; number: number; replaceable: boolean; workflowOff: boolean }
  | { code: "not-replaceable"; number: number }
  | { code: "not-requester"; why: NotRequester; roles: readonly string[] }
  | { code: "not-reviewer"; why: NotReviewer; number: number }
  | { code: "too-few-reviewers"; required: number; available: number; workflowRoles: readonly string[] }
  | { code: "already-decided"; number: number }
  | { code: "not-pending"; number: number }
  | { code: "comment-required" }
  | { code: "text-too-long"; field: "message" | "comment" | "reason"; limit: number }
  | { code: "not-approved"; number: number }
  | { code: "not-reviewed"; number: number }
  | { code: "must-confirm"; number: number; changes: readonly DriftChange[]; shown: string }
  | { code: "not-canceller"; number: number }
  | { code: "reason-required" }
  | { code: "not-cancellable"; number: number };

import { getTableColumns, sql } from "drizzle-orm";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { BoundFacts } from "../../src/domain/requests/bound-facts.ts";
import type { PromotionRequest, RequestState } from "../../src/domain/requests/request.ts";
import { system } from "../../src/domain/shared/actor.ts";
import { assertNever } from "../../src/domain/shared/result.ts";
import { requests } from "../schema/index.ts";

/** A case reads what else is stored of the facts and the count (`readCase`). */
const {
  facts: _facts,
  fingerprint: _fingerprint,
  factsVersion: _factsVersion,
  countedVersion: _countedVersion,
  countedRules: _countedRules,
  ...stored
} = getTableColumns(requests);

/**
 * The columns of a request, the facts that were decided, and the members of the token that made it, which count as its requesters (R5). Drizzle leaves
 * out the table of a column in the fields of a select from one table, so the names are written out.
 */
export const requestColumns = {
  ...stored,
  decidedFacts:
    sql<BoundFacts | null>`case when "requests"."outcome" is not null then "requests"."facts" end`.as(
      "decided_facts",
    ),
  tokenMemberIds: sql<MemberId[]>`case when "requests"."requested_by" ->> 'kind' = 'token' then (
    select coalesce(jsonb_agg(t.member_id order by t.since, t.member_id), '[]') from token_members t
    where t.organization_id = "requests"."organization_id"
      and t.token_id::text = "requests"."requested_by" ->> 'tokenId') else '[]' end`.as("token_member_ids"),
};

type Stored = Pick<typeof requests.$inferSelect, keyof typeof stored>;

export type RequestRow = Stored & { decidedFacts: BoundFacts | null; tokenMemberIds: MemberId[] };

/** Returns the request that a row stores. Throws if the row's columns contradict its state. */
export function toRequest(row: RequestRow): PromotionRequest {
  const decided = row.outcome !== null && row.decidedAt !== null && row.decidedBy !== null;
  return {
    organizationId: row.organizationId,
    number: row.number,
    identity: row.identity,
    keyedBy: row.keyedBy,
    version: row.version,
    projectId: row.projectId,
    integrationId: row.integrationId,
    sourceId: row.sourceId,
    targetId: row.targetId,
    buildId: row.buildId,
    targetBuildId: row.targetBuildId,
    requestedBy: row.requestedBy,
    requesterId: row.requesterId,
    tokenMemberIds: row.tokenMemberIds,
    message: row.message,
    createdAt: row.createdAt,
    approvals: row.approvals,
    decision: decided
      ? { outcome: present(row.outcome), at: present(row.decidedAt), by: present(row.decidedBy) }
      : null,
    decidedFacts: row.decidedFacts,
    state: toState(row),
  };
}

function toState(row: RequestRow): RequestState {
  switch (row.state) {
    case "pending":
    case "approved":
      return { name: row.state, expiresAt: present(row.expiresAt) };
    case "rejected":
      return { name: "rejected" };
    case "cancelled":
      return {
        name: "cancelled",
        at: present(row.closedAt),
        by: row.closedBy ?? system("unknown"),
        reason: row.reason,
        replacedBy: row.replacedBy,
      };
    case "expired":
      return { name: "expired", at: present(row.closedAt) };
    case "promoting":
      return { name: "promoting", deploymentId: present(row.deploymentId) };
    case "promoted":
      return { name: "promoted", deploymentId: present(row.deploymentId), at: present(row.closedAt) };
    case "failed":
      return {
        name: "failed",
        deploymentId: present(row.deploymentId),
        outcome: present(row.attemptOutcome),
        reason: row.reason,
        expiresAt: present(row.expiresAt),
      };
    default:
      return assertNever(row.state);
  }
}

/** Returns the columns for a request's state, version, approvals, and decision: those that change. */
export function changingColumns(request: PromotionRequest) {
  const { state, decision } = request;
  return {
    version: request.version,
    approvals: request.approvals,
    outcome: decision?.outcome ?? null,
    decidedAt: decision?.at ?? null,
    decidedBy: decision?.by ?? null,
    state: state.name,
    expiresAt: "expiresAt" in state ? state.expiresAt : null,
    closedAt: "at" in state ? state.at : null,
    closedBy: "by" in state ? state.by : null,
    replacedBy: "replacedBy" in state ? state.replacedBy : null,
    attemptOutcome: "outcome" in state ? state.outcome : null,
    reason: "reason" in state ? state.reason : null,
    ...("deploymentId" in state ? { deploymentId: state.deploymentId } : {}),
  };
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error("A request's row contradicts its state");
  return value;
}

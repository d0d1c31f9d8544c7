import type { z } from "@hono/zod-openapi";
import { type Remark, weightOf } from "../../../domain/requests/comparison.ts";
import type { RequestDetail } from "../../../queries/requests/get-request-detail.ts";
import type { RequestRow } from "../../../queries/requests/list-requests-page.ts";
import type { BuildView, ByView, LiveView } from "../../../queries/requests/request-view.ts";
import type { requestLineSchema, requestSchema } from "./request-schemas.ts";

type RequestJson = z.output<typeof requestSchema>;

/** Returns the path at which a request is read. */
export const requestPath = (number: number): string => `/api/v1/requests/${number}`;

/** Returns the link to a member's own card of a request. The link grants nothing. */
export type CardLink = (organizationId: string, number: number, memberId: string, identity: string) => string;

/** Returns a request as JSON. Builds appear under the IDs that their pipelines gave them. */
export function requestJson(detail: RequestDetail, cardLink: CardLink): RequestJson {
  const { view, source, target, attempt } = detail;
  const { number, version, state, message, through, approvals, requester, reviewers } = view;
  const live = (build: LiveView | null) => build && { ...buildJson(build), since: isoTime(build.since) };
  return {
    ...{ number, version, state, message, through, approvals },
    project: slugAndName(view.project),
    integration: slugAndName(view.integration),
    source: slugAndName(source),
    target: { ...slugAndName(target), critical: target.critical },
    requester: person(requester),
    createdAt: isoTime(view.createdAt),
    build: buildJson(view.build),
    liveInTarget: live(view.liveInTarget),
    newerInSource: live(view.newerInSource),
    remarks: (view.comparison?.remarks ?? []).map(remarkJson),
    expiresAt: isoTime(view.expiresAt),
    reviewers: reviewers.map(person),
    reviews: view.reviews.map(({ reviewer, verdict, comment, at, notCounted }) => ({
      ...{ reviewer: person(reviewer), verdict, comment, at: isoTime(at), notCounted },
    })),
    decision: view.decision && {
      ...{ outcome: view.decision.outcome, comment: view.decision.comment },
      ...{ at: isoTime(view.decision.at), by: actorJson(view.decision.by) },
    },
    cancelled: view.cancelled && {
      ...{ reason: view.cancelled.reason, replacedBy: view.cancelled.replacedBy },
      ...{ at: isoTime(view.cancelled.at), by: actorJson(view.cancelled.by) },
    },
    expiredAt: isoTime(view.expiredAt),
    promotedAt: isoTime(view.promotedAt),
    attempt: attempt && {
      ...{ id: attempt.id, status: attempt.status, link: attempt.link, reason: attempt.reason },
      startedBy: actorJson(view.attempt?.startedBy ?? { person: null, reason: "unknown" }),
      ...{ startedAt: isoTime(attempt.startedAt), finishedAt: isoTime(attempt.finishedAt) },
      endedBy: view.attempt?.endedBy ? actorJson(view.attempt.endedBy) : null,
      retryReason: view.attempt?.retryReason ?? null,
    },
    links: {
      self: requestPath(number),
      slack: cardLink(view.organizationId, number, requester.id, view.identity),
    },
  };
}

/** Returns a request as an item of a list. */
export function requestLineJson(row: RequestRow): z.output<typeof requestLineSchema> {
  const { number, version, state, through, approvals, decision } = row;
  return {
    ...{ number, version, state, through, approvals },
    project: slugAndName(row.project),
    integration: slugAndName(row.integration),
    source: slugAndName(row.source),
    target: { ...slugAndName(row.target), critical: row.target.critical },
    requester: person(row.requester),
    createdAt: isoTime(row.createdAt),
    build: { id: row.builtAs, version: row.build.version },
    decision: decision && { outcome: decision.outcome, at: isoTime(decision.at), by: actorJson(decision.by) },
    endedAt: isoTime(row.endedAt),
    links: { self: requestPath(number) },
  };
}

function buildJson({ externalId: id, version, commit, digest, link, author }: BuildView) {
  return { id, version, commit, digest, link, author };
}

/** A newer build is named by its version: our ID of it means nothing to a caller. */
function remarkJson(remark: Remark) {
  if (remark.kind !== "newer") return { ...remark, weight: weightOf(remark) };
  return { kind: remark.kind, version: remark.version, weight: weightOf(remark) };
}

/** Returns who did something: a member, perhaps through a token, or Signoff itself. */
export function actorJson(who: ByView) {
  return who.person === null
    ? { member: null, token: null, reason: who.reason }
    : { member: person(who.person), token: who.through ?? null, reason: null };
}

const person = ({ id, name }: { id: string; name: string }) => ({ id, name });

const slugAndName = ({ slug, name }: { slug: string; name: string }) => ({ slug, name });

function isoTime(at: Date): string;
function isoTime(at: Date | null): string | null;
function isoTime(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

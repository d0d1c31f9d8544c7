import type { z } from "@hono/zod-openapi";
import type { RequestDetail } from "../../../queries/requests/get-request-detail.ts";
import type { RequestRow } from "../../../queries/requests/list-requests-page.ts";
import type { BuildView, ByView, LiveView } from "../../../queries/requests/request-view.ts";
import type { requestLineSchema, requestSchema } from "./request-schemas.ts";

type Json = z.output<typeof requestSchema>;

/** Where a request is read. */
export const pathOf = (number: number): string => `/api/v1/requests/${number}`;

/** A link that leads a member to their own card of a request; it grants nothing. */
export type CardLink = (organizationId: string, number: number, memberId: string) => string;

/** A request as the API tells it. Builds have the ids that they have where they were built. */
export function requestJson(detail: RequestDetail, cardLink: CardLink): Json {
  const { view, source, target, attempt } = detail;
  const { number, version, state, message, through, approvals, requester, reviewers } = view;
  const live = (one: LiveView | null) => one && { ...buildJson(detail, one), since: text(one.since) };
  return {
    ...{ number, version, state, message, through, approvals },
    project: place(view.project),
    integration: place(view.integration),
    source: place(source),
    target: { ...place(target), critical: target.critical },
    requester: person(requester),
    createdAt: text(view.createdAt),
    build: buildJson(detail, view.build),
    liveInTarget: live(view.liveInTarget),
    newerInSource: live(view.newerInSource),
    expiresAt: text(view.expiresAt),
    reviewers: reviewers.map(person),
    reviews: view.reviews.map(({ reviewer, verdict, comment, at }) => ({
      ...{ reviewer: person(reviewer), verdict, comment, at: text(at) },
    })),
    decision: view.decision && {
      ...{ outcome: view.decision.outcome, comment: view.decision.comment },
      ...{ at: text(view.decision.at), by: byJson(view.decision.by) },
    },
    cancelled: view.cancelled && {
      ...{ reason: view.cancelled.reason, replacedBy: view.cancelled.replacedBy },
      ...{ at: text(view.cancelled.at), by: byJson(view.cancelled.by) },
    },
    expiredAt: text(view.expiredAt),
    promotedAt: text(view.promotedAt),
    attempt: attempt && {
      ...{ id: attempt.id, status: attempt.status, link: attempt.link, reason: attempt.reason },
      startedBy: byJson(view.attempt?.startedBy ?? { person: null, reason: "unknown" }),
      ...{ startedAt: text(attempt.startedAt), finishedAt: text(attempt.finishedAt) },
    },
    links: { self: pathOf(number), slack: cardLink(view.organizationId, number, requester.id) },
  };
}

/** A request in a list. */
export function lineJson(row: RequestRow): z.output<typeof requestLineSchema> {
  const { number, version, state, through, approvals, decision } = row;
  return {
    ...{ number, version, state, through, approvals },
    project: place(row.project),
    integration: place(row.integration),
    source: place(row.source),
    target: { ...place(row.target), critical: row.target.critical },
    requester: person(row.requester),
    createdAt: text(row.createdAt),
    build: { id: row.builtAs, version: row.build.version },
    decision: decision && { outcome: decision.outcome, at: text(decision.at), by: byJson(decision.by) },
    endedAt: text(row.endedAt),
    links: { self: pathOf(number) },
  };
}

function buildJson({ builds }: RequestDetail, { id, version, commit, link, author }: BuildView) {
  const known = builds.get(id);
  return { id: known?.externalId ?? id, version, commit, digest: known?.digest ?? null, link, author };
}

/** Who did something: a member, perhaps through a token, or Signoff itself. */
export function byJson(who: ByView) {
  return who.person === null
    ? { member: null, token: null, reason: who.reason }
    : { member: person(who.person), token: who.through ?? null, reason: null };
}

const person = ({ id, name }: { id: string; name: string }) => ({ id, name });

const place = ({ slug, name }: { slug: string; name: string }) => ({ slug, name });

function text(at: Date): string;
function text(at: Date | null): string | null;
function text(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

import type { ChaosWorld } from "../run/world.ts";
import { requestersOf } from "../stories/requesters.ts";
import { judgedWithinMs } from "../stories/settings-history.ts";
import type { AuditRow, Facts } from "./facts.ts";

/** The parts of a notice's key: the event, the request, the recipient, and the channel. */
export type Notice = {
  channel: "message" | "email";
  number: number;
  version: number;
  event: string;
  recipientId: string;
};

/** Reads a key. It has the request's identity or, where an earlier version stored the request or the notice, its number. */
export function noticeOf(key: string, requests: Requests): Notice | undefined {
  const [, channel, request, version, event = "", recipientId = ""] =
    /^(message|email):([\da-f-]+):v(\d+)(?:\.[\da-f-]+)?:(\w+):(\w+)$/.exec(key) ?? [];
  if (channel !== "message" && channel !== "email") return undefined;
  const number = requests.find(({ identity }) => identity === request)?.number ?? Number(request);
  return { channel, number, version: Number(version), event, recipientId };
}

type Requests = readonly { number: number; identity: string }[];

/** Returns the key with the request's number, and without what identifies the change. */
function plainKey(key: string, requests: Requests): string {
  const notice = noticeOf(key, requests);
  if (notice === undefined) return key;
  const { channel, number, version, event, recipientId } = notice;
  return `${channel}:${number}:v${version}:${event}:${recipientId}`;
}

/** Events about which the requester gets a message and an email, whoever caused them. */
const toRequester = ["approved", "rejected", "promoted", "failed"];

/** Events about which everybody who was asked and had not responded is told, and the requester unless they did it. */
const toAll = ["cancelled", "expired"];

type Telling = {
  admin: Pick<ChaosWorld["admin"], "history">;
  slack: Pick<ChaosWorld["slack"], "workspace">;
  renames: Pick<ChaosWorld["renames"], "tried">;
  isMixed: boolean;
};

/** How long after a fact changed its notices are stored, in milliseconds. */
const tellMs = 60_000;

/** Checks that a change notified exactly the people in docs/rules.md, "Who is notified of what". */
export function checkTold(world: Telling, facts: Facts): string[] {
  const { requests } = facts;
  const outcomes = new Map(facts.outbox.map(({ key, outcome }) => [plainKey(key, requests), outcome]));
  const stored = new Set(facts.emails.map(({ key }) => plainKey(key, requests)));
  const faults: string[] = [];
  for (const row of facts.audit) {
    const reachable = wanted(world, facts, row).filter((key) => isReachable(world, facts, key, row));
    for (const key of reachable) {
      if (outcomes.get(key) !== "done") faults.push(`${key} was never told`);
      else if (key.startsWith("email:") && !stored.has(key)) faults.push(`${key} was settled with no email`);
    }
  }
  return [...faults, ...checkOutdated(world, facts), ...checkNobodyElse(world, facts)];
}

/**
 * Checks R7: whoever approved a request that still waits, and its requester, is told that a fact changed since. The previous
 * version tells nobody, and a request that was reviewed again or decided in the meantime needs no notice.
 */
function checkOutdated({ admin, renames, isMixed }: Telling, facts: Facts): string[] {
  if (isMixed) return [];
  const { requests, reviews, outbox } = facts;
  const told = outbox.flatMap(({ key }) => noticeOf(key, requests) ?? []);
  return requests.flatMap(({ number, integrationId, requesterId, state }) => {
    if (state !== "pending") return [];
    const last = renames.tried.findLast((one) => one.integrationId === integrationId);
    const given = reviews.filter(
      ({ requestNumber, verdict, replacedAt, at }) =>
        requestNumber === number &&
        verdict === "approve" &&
        replacedAt === null &&
        last !== undefined &&
        last.answeredAt < Infinity &&
        at.getTime() + judgedWithinMs < last.sentAt,
    );
    const since = last?.sentAt ?? 0;
    return (given.length === 0 ? [] : [requesterId, ...given.map(({ reviewerId }) => reviewerId)])
      .filter((id) => !admin.history.mayBeAway(id, since, since + tellMs))
      .filter(
        (id) =>
          !told.some((one) => one.number === number && one.event === "outdated" && one.recipientId === id),
      )
      .map((id) => `#${number}: ${id} was not told that a fact changed since the approval`);
  });
}

/** Returns whether the recipient was an active full member from a change on: nobody else gets a notice (R13). */
function isReachable({ admin }: Telling, { requests }: Facts, key: string, { at }: AuditRow): boolean {
  const { recipientId = "" } = noticeOf(key, requests) ?? {};
  return !admin.history.mayBeAway(recipientId, at.getTime(), Infinity);
}

/** Returns the keys of the notices that this change must cause. */
function wanted(world: Telling, facts: Facts, row: AuditRow): string[] {
  const number = Number(row.subject.slice("request:".length));
  const request = facts.requests.find((one) => one.number === number);
  if (request === undefined) return [];
  const event = row.action.slice("request.".length);
  const key = (channel: string, id: string) => `${channel}:${number}:v${row.after.version}:${event}:${id}`;
  const keys: string[] = [];
  if (toRequester.includes(event) || (toAll.includes(event) && actorOf(row) !== request.requesterId))
    keys.push(key("message", request.requesterId), key("email", request.requesterId));
  // While a review is needed, everybody who may give one is asked; after that, nobody.
  if (event === "requested" && request.state === "pending")
    keys.push(...reviewersWhile(world, facts, row).map((id) => key("email", id)));
  if (toAll.includes(event)) keys.push(...waiting(world, facts, row).map((id) => key("email", id)));
  return keys;
}

/** Returns who could review from a change until its recipients were determined. */
function reviewersWhile({ admin, slack }: Telling, facts: Facts, { subject, after, at }: AuditRow): string[] {
  const expanded = facts.outbox.find(({ key }) => key === `${subject}:v${after.version}`)?.settledAt;
  const request = facts.requests.find(({ number }) => subject === `request:${number}`);
  const until = expanded?.getTime() ?? Infinity;
  return slack.workspace.people
    .map(({ id }) => id)
    .filter(
      (id) => request && admin.history.couldAlwaysReview(id, requestersOf(request), at.getTime(), until),
    );
}

/**
 * Returns who had been asked when it ended, had not responded, and did not end it. The reason is only for those who may
 * still review when the email is sent, so whoever could not at some later time may have got none.
 */
function waiting(world: Telling, facts: Facts, row: AuditRow): string[] {
  const number = Number(row.subject.slice("request:".length));
  const cards = facts.cards.filter(({ requestNumber }) => requestNumber === number);
  const directly = cards.filter(({ kind, id }) => kind === "review" && facts.messages.has(id));
  const inChannel = cards.some(({ kind, id }) => kind === "channel" && facts.messages.has(id));
  const asked = [
    ...directly.map(({ recipientId }) => recipientId),
    ...(inChannel && row.before?.state.name === "pending" ? reviewersWhile(world, facts, row) : []),
  ];
  const answered = facts.reviews
    .filter(({ requestNumber, replacedAt }) => requestNumber === number && replacedAt === null)
    .map(({ reviewerId }) => reviewerId);
  const request = facts.requests.find((one) => one.number === number);
  const { history } = world.admin;
  return [...new Set(asked)].filter(
    (id) =>
      !answered.includes(id) &&
      id !== actorOf(row) &&
      id !== request?.requesterId &&
      request !== undefined &&
      history.couldAlwaysReview(id, requestersOf(request), row.at.getTime(), Infinity),
  );
}

/** Checks that reviewers are told only of a request, a reminder, or its end, and that all else goes to the requester. */
function checkNobodyElse({ admin }: Telling, facts: Facts): string[] {
  return facts.outbox.flatMap(({ key, kind }) => {
    const notice = noticeOf(key, facts.requests);
    if (notice === undefined) return [];
    const request = facts.requests.find((one) => one.number === notice.number);
    if (request === undefined || kind !== `send-${notice.channel}`) return [`${key} tells of nothing`];
    if (isTokensOwner(request, notice)) return [];
    const { recipientId } = notice;
    const isRequester = recipientId === request.requesterId;
    if (isRequester ? notice.event === "requested" : !reviewersHear(notice))
      return [`${key} is not for them`];
    const since = request.createdAt.getTime();
    const could = admin.history.couldReview(recipientId, requestersOf(request), since, Infinity);
    return isRequester || could ? [] : [`${key} is for somebody who could never review it`];
  });
}

/** Whoever a token named may cancel its request, which its owner is told. */
const isTokensOwner = (request: Facts["requests"][number], { event, recipientId }: Notice): boolean =>
  event === "cancelled" && recipientId !== request.requesterId && requestersOf(request).includes(recipientId);

const reviewersHear = ({ event, channel }: Notice): boolean =>
  event === "reminder" ||
  event === "outdated" ||
  (channel === "email" && ["requested", ...toAll].includes(event));

const actorOf = ({ actor }: AuditRow): string | undefined =>
  actor.kind === "system" ? undefined : actor.memberId;

import type { Nearing } from "../run/clock.ts";
import type { ChaosWorld } from "../run/world.ts";
import { requestersOf } from "../stories/requesters.ts";
import type { Facts } from "./facts.ts";
import { type Notice, noticeOf } from "./told.ts";

type Reminding = { admin: Pick<ChaosWorld["admin"], "history">; clock: Pick<ChaosWorld["clock"], "nearing"> };

/** How long a reminder that is no longer needed may still arrive, in milliseconds: as long as one attempt takes. */
const onItsWayMs = 8_000;

/** Checks R11: each state close to its expiry got one reminder, which reached everybody who could still act. */
export function checkReminders(world: Reminding, facts: Facts): string[] {
  return [...checkOnce(world, facts), ...checkReminded(world, facts), ...checkNeeded(world, facts)];
}

/** Checks for one reminder per state close to its expiry, and none for others. */
function checkOnce({ clock }: Reminding, facts: Facts): string[] {
  const wanted = new Set(
    clock.nearing.map(({ number, state, expiresAt }) => `${number}:${state}:${expiresAt.toISOString()}`),
  );
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const { kind, key, payload } of facts.outbox) {
    const { number, reminder } = payload as {
      number: number;
      reminder?: { state: string; expiresAt: string };
    };
    if (kind !== "request-changed" || reminder === undefined) continue;
    const what = `${number}:${reminder.state}:${reminder.expiresAt}`;
    if (seen.has(what)) faults.push(`${key} reminds of what was reminded of`);
    if (!wanted.has(what)) faults.push(`${key} reminds of what does not run out soon`);
    seen.add(what);
  }
  return faults;
}

/** Checks that everybody who could act on a state that lasted to the end was reminded on both channels. */
function checkReminded({ admin, clock }: Reminding, facts: Facts): string[] {
  const faults: string[] = [];
  for (const nearing of clock.nearing) {
    const { number, state, expiresAt, at } = nearing;
    const request = facts.requests.find((one) => one.number === number);
    if (request?.state !== state || request.expiresAt?.getTime() !== expiresAt.getTime()) continue;
    const recipients = state === "pending" ? waitedFor(admin, facts, request, at) : [request.requesterId];
    const reachable = recipients.filter((id) => !admin.history.mayBeAway(id, at, Infinity));
    for (const id of reachable) faults.push(...checkChannels(facts, nearing, id));
  }
  return faults;
}

/** Checks that a person was reminded both by message and by email. */
function checkChannels(facts: Facts, { number, state, at }: Nearing, id: string): string[] {
  const got = arrivals(facts).filter((one) => isOf(one, number, id));
  // A request that failed twice may have had one reminder each time.
  const inTime = got.filter((one) => one.at >= at - onItsWayMs);
  return (["message", "email"] as const)
    .filter((channel) => !inTime.some((one) => one.channel === channel))
    .map((channel) => `#${number}, ${state}: ${id} was not reminded by ${channel}`);
}

/** Returns everybody who could review the request from a moment to the end, and did not. */
function waitedFor(
  { history }: Reminding["admin"],
  { reviews }: Facts,
  request: Facts["requests"][number],
  at: number,
): string[] {
  const { number } = request;
  const answered = reviews.filter((one) => one.requestNumber === number && one.replacedAt === null);
  return everybody({ history }).filter(
    (id) =>
      history.couldAlwaysReview(id, requestersOf(request), at, Infinity) &&
      !answered.some(({ reviewerId }) => reviewerId === id),
  );
}

/** Checks that nobody was reminded after they had responded or the state had ended. */
function checkNeeded({ admin, clock }: Reminding, facts: Facts): string[] {
  const faults: string[] = [];
  for (const { number, recipientId, channel, at } of arrivals(facts)) {
    const request = facts.requests.find((one) => one.number === number);
    const isDue = (one: Nearing) =>
      one.number === number &&
      one.at - onItsWayMs <= at &&
      stillStood(facts, one, at - onItsWayMs) &&
      (one.state === "pending"
        ? request !== undefined &&
          admin.history.couldReview(recipientId, requestersOf(request), at - onItsWayMs, at) &&
          !hadAnswered(facts, number, recipientId, at - onItsWayMs)
        : recipientId === request?.requesterId);
    if (!clock.nearing.some(isDue))
      faults.push(`#${number}: ${recipientId} was reminded by ${channel} for nothing`);
  }
  return faults;
}

/** Returns whether the request was in this state at that moment or later. */
const stillStood = ({ audit }: Facts, { number, state, at }: Nearing, moment: number): boolean =>
  !audit.some(
    (row) =>
      row.subject === `request:${number}` &&
      row.before?.state.name === state &&
      row.after.state.name !== state &&
      row.at.getTime() >= at &&
      row.at.getTime() < moment,
  );

const hadAnswered = ({ reviews }: Facts, number: number, id: string, moment: number): boolean =>
  reviews.some((one) => one.requestNumber === number && one.reviewerId === id && one.at.getTime() < moment);

type Arrival = Notice & { at: number };

/** Returns the reminders that were delivered, and when. */
function arrivals({ messages, farEmails, requests }: Facts): Arrival[] {
  const inSlack = [...messages].flatMap(([key, found]) =>
    found.map(({ ts }) => ({ key, at: Number(ts) * 1000 })),
  );
  const byEmail = farEmails.map(({ key, at }) => ({ key: key.slice(key.indexOf("/") + 1), at }));
  return [...inSlack, ...byEmail].flatMap(({ key, at }) => {
    const notice = noticeOf(key, requests);
    return notice?.event === "reminder" ? [{ ...notice, at }] : [];
  });
}

const isOf = (one: Arrival, number: number, id: string): boolean =>
  one.number === number && one.recipientId === id;

/** Returns everybody who could review at some moment. */
const everybody = ({ history }: Reminding["admin"]): string[] => [
  ...new Set(history.held.flatMap(({ members }) => members)),
];

import { grouped } from "../run/grouped.ts";
import type { ChaosWorld } from "../run/world.ts";
import type { Act, People } from "../stories/people.ts";
import { requestersOf } from "../stories/requesters.ts";
import { type Facts, isAudited } from "./facts.ts";

/** The first words of the answer to a fault that changed nothing. */
const nothingChanged = /Nothing was changed/;

/** How long after the ack a click's answer may arrive, in milliseconds. */
const answerMs = 2_000;

/** Checks that what people were told has happened did happen, and that what they were told failed did not. */
export function checkActs(world: ChaosWorld, people: People, facts: Facts): string[] {
  return [...facts.acts.flatMap((act) => checkAct(world, people, facts, act)), ...askedTwice(world, facts)];
}

function checkAct(world: ChaosWorld, people: People, facts: Facts, act: Act): string[] {
  const faults: string[] = [];
  const told = people.told(act.userId, act.number, act.at, act.answeredAt + answerMs);
  const who = `${act.what} of ${act.number === 0 ? `“${act.typed}”` : `#${act.number}`} by ${act.userId}`;
  const happened = isReflected(facts, act);
  if (act.answer === "taken" && !happened) faults.push(...checkNotDone(world, facts, act, told, who));
  if (act.answer === "told") {
    world.figures.add("acts refused");
    if (/Done: you had/.test(act.said) && !happened) faults.push(`${who} was told that it had happened`);
  }
  if (happened && isOnlyOne(world, facts, act) && toldNothing(act, told)) {
    faults.push(`${who} was told that nothing was changed, and it happened`);
  }
  return faults;
}

/** Checks an act that Slack took and that did not happen: the person must have been told why, if it was allowed. */
function checkNotDone(
  world: ChaosWorld,
  facts: Facts,
  act: Act,
  told: readonly string[],
  who: string,
): string[] {
  if (isSubmission(act)) return [`${who} was taken by Slack, and did not happen`];
  if (told.length === 0 && couldHappen(world, facts, act))
    return [`${who} was acknowledged, did not happen, and nobody said why`];
  world.figures.add(told.length > 0 ? "acts refused" : "refusals lost after the ack");
  return [];
}

const isSubmission = ({ what }: Act): boolean => what !== "approve" && what !== "promote";

/** Clicks are answered separately from the ack, and submissions in it. */
const toldNothing = (act: Act, told: readonly string[]): boolean =>
  isSubmission(act) ? nothingChanged.test(act.said) : told.length === 1 && nothingChanged.test(told[0] ?? "");

/** Returns whether the person tried this once and Slack delivered it once. Otherwise another attempt may have done it. */
function isOnlyOne(world: ChaosWorld, facts: Facts, act: Act): boolean {
  // Somebody who also types commands, or acts on two requests at once, is told things that are not about this act.
  const alone = !facts.acts.some(
    (other) =>
      other !== act &&
      other.userId === act.userId &&
      (other.number === act.number ||
        (other.at <= act.answeredAt + answerMs && other.answeredAt + answerMs >= act.at)),
  );
  const { name = "" } = world.slack.workspace.person(act.userId) ?? {};
  const typesNothing = isSubmission(act) || !world.requesters.includes(name);
  return alone && typesNothing && !world.balancer.wasDuplicated(act.delivery);
}

function isReflected(facts: Facts, { what, number, userId, typed }: Act): boolean {
  const did = (action: string) => isAudited(facts, number, action, { kind: "member", memberId: userId });
  const reviewed = (verdict: string) =>
    facts.reviews.some(
      (one) => one.requestNumber === number && one.reviewerId === userId && one.verdict === verdict,
    );
  switch (what) {
    case "request":
      return facts.requests.some(({ message, requesterId }) => message === typed && requesterId === userId);
    case "approve":
      return reviewed("approve");
    case "reject":
      return reviewed("reject");
    case "promote":
    case "confirm":
      return did("promoting");
    case "cancel":
      return did("cancelled");
  }
}

/** Returns whether the request's state and the person's rights allowed the act, so that a refusal is wrong. */
function couldHappen({ admin }: ChaosWorld, facts: Facts, act: Act): boolean {
  const { what, number, at, answeredAt, userId } = act;
  const before = facts.audit.filter(
    (row) => row.subject === `request:${number}` && row.at.getTime() <= answeredAt,
  );
  const state = before.at(-1)?.after.state.name;
  if (what === "approve") {
    const request = facts.requests.find((one) => one.number === number);
    if (request === undefined) return false;
    const runOut = (request.expiresAt?.getTime() ?? Infinity) <= answeredAt;
    const able = admin.history.couldAlwaysReview(userId, requestersOf(request), at, answeredAt);
    return state === "pending" && !runOut && able;
  }
  // Promote may be answered by a modal that asks for confirmation; one that Slack did not open leaves no trace.
  return false;
}

/**
 * Checks that one submission makes one request. One that the balancer delivered twice may make another once the first has
 * ended, for example because the workflow was turned off.
 */
function askedTwice({ balancer }: ChaosWorld, { requests, acts }: Facts): string[] {
  const asked = grouped(requests, ({ message }) => message);
  return [...asked].flatMap(([message, found]) => {
    const wasDuplicated = acts.some(
      ({ typed, delivery }) => typed === message && balancer.wasDuplicated(delivery),
    );
    const overlaps = found.some(({ closedAt }, index) => {
      const next = found[index + 1];
      return next !== undefined && (closedAt === null || closedAt > next.createdAt);
    });
    const isRight = found.length === 1 || (wasDuplicated && !overlaps);
    return isRight ? [] : [`“${message}” became ${found.map(madeWords).join(" and ")}`];
  });
}

const madeWords = ({ number, createdAt, state, replacedBy }: Facts["requests"][number]): string =>
  `#${number} (${createdAt.toISOString()}, ${state}${replacedBy === null ? "" : `, replaced by #${replacedBy}`})`;

import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { context, plainSection, quoted, section } from "../blocks/blocks.ts";
import { shortName, withMentions } from "../words/names.ts";
import { reasonHeading, stateSign, stateWords } from "../words/request-words.ts";
import { notCountedWords } from "../words/review-words.ts";
import { countWords, escapeWithin, moment, nameList } from "../words/text.ts";
import { fitLink } from "./request-blocks.ts";

/** Returns the state, who brought it about, when, and what they wrote. */
export function stateBlocks(view: RequestView): KnownBlock[] {
  return [section(stateLine(view)), ...attemptBlocks(view), ...closingBlocks(view)];
}

function stateLine(view: RequestView): string {
  const endedAt = view.cancelled?.at ?? view.promotedAt ?? view.expiredAt ?? finalReview(view)?.at ?? null;
  const when = endedAt === null ? "" : ` · ${moment(endedAt)}`;
  // The deployer's reason has a section of its own below: bold text ends at the first line break.
  const attempt = view.attempt === null ? null : { ...view.attempt, reason: null };
  return `${stateSign(view)} *${withMentions((who) => stateWords({ ...view, attempt }, who), 1500)}*${when}`;
}

/** The decision, while it is also the request's state. */
const finalReview = ({ state, decision }: RequestView): RequestView["decision"] =>
  state === "approved" || state === "rejected" ? decision : null;

function attemptBlocks({ state, attempt }: RequestView): KnownBlock[] {
  if (attempt === null) return [];
  if (state === "promoting") {
    return [
      ...(attempt.link ? [context(fitLink(attempt.link, "Follow the deployment"))] : []),
      ...(attempt.retryReason ? quoted("Not delivered yet, Signoff tries again", attempt.retryReason) : []),
    ];
  }
  if (state !== "promoted" && state !== "failed") return [];
  const linkWords = attempt.link === null ? "" : ` · ${fitLink(attempt.link, "Look at the deployment")}`;
  return [
    context(`🚀 Started by ${withMentions((who) => who(attempt.startedBy), 300)}${linkWords}`),
    ...(state === "failed" && attempt.reason ? quoted(reasonHeading(attempt), attempt.reason) : []),
  ];
}

function closingBlocks({ state, decision, cancelled }: RequestView): KnownBlock[] {
  const bySystem = decision?.by.person === null && state !== "approved" ? decision.by : null;
  return [
    ...(bySystem === null ? [] : [context(`No review was needed: ${escapeWithin(bySystem.reason, 300)}`)]),
    ...(cancelled?.reason ? quoted("Reason", cancelled.reason) : []),
  ];
}

/** Returns the last `most` reviews with their comments. A review that the line of the state names shows only its comment. */
export function reviewBlocks(view: RequestView, most = 5): KnownBlock[] {
  const namedAbove = finalReview(view)?.by.person?.id;
  return view.reviews.slice(-most).flatMap((review): KnownBlock[] => {
    const comment = review.comment === "" ? [] : [plainSection(review.comment)];
    if (review.reviewer.id === namedAbove) return comment;
    const verdict = review.verdict === "approve" ? "✅ Approved" : "⛔ Rejected";
    const who = `<@${review.reviewer.id}>`;
    const counts = view.state === "pending" ? notCountedWords(review) : "";
    const but = counts === "" ? "" : ` · ⚠️ ${counts}`;
    return [context(`${verdict} by ${who} · ${moment(review.at)}${but}`), ...comment];
  });
}

/**
 * Returns, while a request is open, who can review it, when it expires, and whether a newer build is live in its source.
 *
 * @param reviewersNamed whether something else in the message names the reviewers
 */
export function waitingBlocks(view: RequestView, reviewersNamed = false): KnownBlock[] {
  return [
    ...(view.state === "pending" ? pendingBlocks(view, reviewersNamed) : []),
    ...expiryBlocks(view),
    ...newerBuildBlocks(view),
  ];
}

function pendingBlocks(
  { reviewers, approvals, expiresAt }: RequestView,
  reviewersNamed: boolean,
): KnownBlock[] {
  const names = nameList(reviewers.map(({ name }) => shortName(name)));
  const parts = [
    ...(names === "" || reviewersNamed ? [] : [escapeWithin(`Can review: ${names}`, 1000)]),
    ...(approvals.required === 1 ? ["1 approval needed"] : []),
    ...(expiresAt === null ? [] : [`expires ${moment(expiresAt)}`]),
  ];
  const line = parts.join(" · ");
  return [
    ...(reviewers.length === 0
      ? [context("⚠️ *Nobody can review this now: an admin must choose reviewers*")]
      : []),
    ...(line === "" ? [] : [context(line.charAt(0).toUpperCase() + line.slice(1))]),
  ];
}

function expiryBlocks({ state, expiresAt }: RequestView): KnownBlock[] {
  if ((state !== "approved" && state !== "failed") || expiresAt === null) return [];
  return [context(`Expires ${moment(expiresAt)} unless it is promoted before`)];
}

function newerBuildBlocks({ state, newerInSource, source, build }: RequestView): KnownBlock[] {
  const waits = state === "pending" || state === "approved" || state === "failed";
  if (!waits || newerInSource === null) return [];
  const newer = escapeWithin(shortName(newerInSource.version), 200);
  const requested = escapeWithin(shortName(build.version), 200);
  const sourceName = escapeWithin(shortName(source.name), 300);
  return [context(`ℹ️ ${sourceName} runs ${newer} by now; this request is for ${requested}`)];
}

/**
 * Returns a warning while some of the people who may review a pending request could not be reached.
 *
 * @param advice what the reader can do about it, as mrkdwn
 */
export function coverageBlocks({ deliveryCoverage }: RequestView, advice: string): KnownBlock[] {
  if (deliveryCoverage === null) return [];
  const { reached, asked, unreached } = deliveryCoverage;
  const trying = asked - reached - unreached.length;
  const still = trying === 0 ? "" : ` · ${trying} still being tried`;
  const names = nameList(
    unreached.map(({ name }) => shortName(name)),
    3,
  );
  const count = `⚠️ *${reached} of ${countWords(asked, "reviewer")} reached*${still}`;
  return [section(`${count}\n${escapeWithin(names, 1000)} could not be reached. ${advice}`)];
}

import type { KnownBlock } from "@slack/types";
import type { Commit } from "../../domain/requests/comparison.ts";
import type { ComparisonView, RequestView } from "../../queries/requests/request-view.ts";
import {
  type ComparedStepView,
  commitCount,
  commitsHeading,
  firstLine,
  moreCommits,
  type RemarkWords,
  remarkWords,
  requestRemarks,
  shortHash,
} from "../words/comparison-words.ts";
import { escapeWithin, link, mrkdwn } from "../words/text.ts";
import { shortName } from "../words/words.ts";
import { context, fitLink } from "./details.ts";

/** Ten lines of commits fit into a section, whatever they say. */
const commitLine = 270;

/** What is unusual about it and must be looked at before deciding: it stands at the top, in the size of what is read. */
export function cautionBlocks(view: RequestView): KnownBlock[] {
  return cautionsOf(requestRemarks(view));
}

/** On a card, shortly: from which version to which, how many commits, where to compare them, what is good to know. */
export function comparisonBlocks(view: RequestView): KnownBlock[] {
  return [...summaryBlocks(view), ...notesOf(requestRemarks(view))];
}

/** All of it of a choice that is not submitted yet. */
export function choiceBlocks(choice: ComparedStepView): KnownBlock[] {
  const words = remarkWords(choice);
  return [...cautionsOf(words), ...summaryBlocks(choice), ...notesOf(words)];
}

/** In Review Details, fully: the first commits too. */
export function comparisonDetails(view: RequestView): KnownBlock[] {
  return [...comparisonBlocks(view), ...commitBlocks(view.comparison)];
}

/** "1.4.1 → 1.4.2 · 5 commits · Compare"; the versions alone stand above already. */
function summaryBlocks({ comparison, build }: ComparedStepView): KnownBlock[] {
  if (comparison === null || comparison.from === null) return [];
  const compare = compareLink(comparison);
  const more = [commitCount(comparison), compare].filter((part) => part !== "");
  if (more.length === 0) return [];
  const versions = `${name(comparison.from.version)} → ${name(build.version)}`;
  return [context(`🔀 ${[versions, ...more].join(" · ")}`)];
}

/** Empty where there is no address, or one too long for its place. */
function compareLink({ link: address }: ComparisonView): string {
  const linked = fitLink(address, "Compare");
  return linked === "Compare" ? "" : linked;
}

function cautionsOf({ cautions }: RemarkWords): KnownBlock[] {
  const lines = cautions.map((one) => `⚠️ *${escapeWithin(one, 600)}*`);
  return lines.length === 0 ? [] : [{ type: "section", text: mrkdwn(lines.join("\n")) }];
}

function notesOf({ notes }: RemarkWords): KnownBlock[] {
  const lines = notes.map((one) => `ℹ️ ${escapeWithin(one, 600)}`);
  return lines.length === 0 ? [] : [context(lines.join("\n"))];
}

function commitBlocks(comparison: ComparisonView | null): KnownBlock[] {
  if (comparison === null || comparison.commits.shown.length === 0) return [];
  const lines = comparison.commits.shown.map(commitWords);
  const rest = [moreCommits(comparison), compareLink(comparison)].filter((part) => part !== "").join(" · ");
  return [
    { type: "section", text: mrkdwn(`*${escapeWithin(commitsHeading(comparison), 200)}*`) },
    { type: "section", text: mrkdwn(lines.join("\n")) },
    ...(moreCommits(comparison) === "" ? [] : [context(rest)]),
  ];
}

/** "7e516c0 Round amounts as the bank does · Priya"; the link only where the line stays short enough. */
function commitWords(commit: Commit): string {
  const hash = shortHash(commit.hash).replace(/\s/g, " ");
  const author = commit.author === null ? "" : ` · ${tame(commit.author, 40)}`;
  const rest = ` ${tame(firstLine(commit), 120)}${author}`;
  const linked = link(commit.link, hash);
  const isLink = linked.startsWith("<") && linked.length + rest.length <= commitLine;
  return isLink ? `${linked}${rest}` : `\`${tame(hash, 40)}\`${rest}`;
}

/** Escaped; a backtick would begin code that swallows the lines after it. */
const tame = (text: string, limit: number) =>
  escapeWithin(text.replace(/\s+/g, " ").trim().replace(/`/g, "'"), limit);

const name = (version: string) => escapeWithin(shortName(version), 200);

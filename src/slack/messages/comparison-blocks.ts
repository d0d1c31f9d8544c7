import type { KnownBlock } from "@slack/types";
import type { Commit } from "../../domain/requests/comparison.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import type { ComparisonView, RequestView } from "../../queries/requests/request-view.ts";
import { context, section } from "../blocks/blocks.ts";
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
import { code } from "../words/escape.ts";
import { link } from "../words/links.ts";
import { shortName } from "../words/names.ts";
import { escapeWithin } from "../words/text.ts";
import { fitLink } from "./request-blocks.ts";

/** The most characters in the line of a commit with a link: ten lines then fit in a section. */
const linkedLineLimit = 290;

/** Returns what a person must look at before deciding. It goes at the top, in normal type. */
export function cautionBlocks(view: RequestView): KnownBlock[] {
  return cautionsOf(requestRemarks(view));
}

/** Returns the short form for a card: both versions, the number of commits, a link to compare them, and the notes. */
export function comparisonBlocks(view: RequestView): KnownBlock[] {
  return [...summaryBlocks(view), ...notesOf(requestRemarks(view))];
}

/** Returns the cautions, the short form, and the notes for a promotion that is not requested yet. */
export function choiceBlocks(choice: ComparedStepView): KnownBlock[] {
  const words = remarkWords(choice);
  return [...cautionsOf(words), ...summaryBlocks(choice), ...notesOf(words)];
}

/** Returns the long form for Review Details, with the first commits. */
export function comparisonDetails(view: RequestView): KnownBlock[] {
  return [...comparisonBlocks(view), ...commitBlocks(view.comparison)];
}

/** Returns the ID and the digest of the build, and of the one that is live in the target: other builds may look like them. */
export function identityBlock({ build, liveInTarget }: RequestView): KnownBlock {
  const live =
    liveInTarget === null || liveInTarget.id === build.id ? [] : [`Live: ${identityWords(liveInTarget)}`];
  return context([`Build: ${identityWords(build)}`, ...live].join("\n"));
}

function identityWords({ externalId, digest }: RequestView["build"]): string {
  const parts = [
    `ID ${code(cleanName(externalId), 250)}`,
    ...(digest === null ? [] : [`digest ${code(cleanName(digest), 250)}`]),
  ];
  return parts.join(" · ");
}

/** Returns "1.4.1 → 1.4.2 · 5 commits · Compare", or no block where only the versions are known: the fields show those. */
function summaryBlocks({ comparison, build }: ComparedStepView): KnownBlock[] {
  if (comparison === null || comparison.from === null) return [];
  const compare = compareLink(comparison);
  const parts = [commitCount(comparison), compare].filter((part) => part !== "");
  if (parts.length === 0) return [];
  const versions = `${name(comparison.from.version)} → ${name(build.version)}`;
  return [context(`🔀 ${[versions, ...parts].join(" · ")}`)];
}

/** Returns a link, or nothing where the address is missing or too long. */
function compareLink({ link: address }: ComparisonView): string {
  const linked = fitLink(address, "Compare");
  return linked === "Compare" ? "" : linked;
}

function cautionsOf({ cautions }: RemarkWords): KnownBlock[] {
  const lines = cautions.map((caution) => `⚠️ *${escapeWithin(caution, 600)}*`);
  return lines.length === 0 ? [] : [section(lines.join("\n"))];
}

function notesOf({ notes }: RemarkWords): KnownBlock[] {
  const lines = notes.map((note) => `ℹ️ ${escapeWithin(note, 600)}`);
  return lines.length === 0 ? [] : [context(lines.join("\n"))];
}

function commitBlocks(comparison: ComparisonView | null): KnownBlock[] {
  if (comparison === null || comparison.commits.shown.length === 0) return [];
  const lines = comparison.commits.shown.map(commitWords);
  const more = moreCommits(comparison);
  const rest = [more, compareLink(comparison)].filter((part) => part !== "").join(" · ");
  return [
    section(`*${escapeWithin(commitsHeading(comparison), 200)}*`),
    section(lines.join("\n")),
    ...(more === "" ? [] : [context(rest)]),
  ];
}

/** Returns "7e516c0 Round amounts as the bank does · Priya", with a link unless that makes the line too long. */
function commitWords(commit: Commit): string {
  const hash = shortHash(commit.hash);
  const author = commit.author === null ? "" : ` · ${escapeWithin(cleanName(commit.author), 40)}`;
  const rest = ` ${escapeWithin(firstLine(commit), 120)}${author}`;
  const linked = link(commit.link, hash);
  const isLink = linked.includes("|") && linked.length + rest.length <= linkedLineLimit;
  return isLink ? `${linked}${rest}` : `${code(hash, 40)}${rest}`;
}

const name = (version: string) => escapeWithin(shortName(version), 200);

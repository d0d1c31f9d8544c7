import type { Commit } from "../../../domain/requests/comparison.ts";
import type { ComparisonView } from "../../../queries/requests/request-view.ts";
import {
  commitCount,
  deployerWords,
  firstLine,
  moreCommits,
  requestRemarks,
  shortHash,
} from "../../../slack/words/comparison-words.ts";
import { countWords } from "../../../slack/words/text.ts";
import type { Fact, NoticeInput } from "./mail.ts";
import { momentIn } from "./moment.ts";
import { type Piece, sentence, theirs, webAddress } from "./text.ts";

/** Returns the warnings to read before deciding, which are shown above the button. */
export function cautionsOf({ view }: NoticeInput): Piece[][] {
  return requestRemarks(view).cautions.map((words) => [{ text: "⚠️ " }, theirs(words, 400)]);
}

/** Returns what is good to know before deciding. */
export function noteFacts({ view }: NoticeInput): Fact[] {
  const lines = requestRemarks(view).notes.map((words): Piece[] => [theirs(words, 400)]);
  return lines.length === 0 ? [] : [{ label: sentence`Please note`, lines }];
}

/** Returns the old and new version, a link that compares them, and the first commits. */
export function changeFacts({ view }: NoticeInput): Fact[] {
  const { comparison, build } = view;
  if (comparison === null || comparison.from === null) return [];
  const href = webAddress(comparison.link);
  const count = commitCount(comparison);
  if (count === "" && href === undefined) return [];
  const compare: Piece[] = href === undefined ? [] : [{ text: " · " }, { text: "Compare", href }];
  const versions = sentence`${comparison.from.version} → ${build.version}`;
  const counted: Piece[] = count === "" ? [] : [{ text: ` · ${count}` }];
  const lines = [[...versions, ...counted, ...compare], ...commitLines(comparison)];
  return [{ label: sentence`Changes`, lines, spaced: true }];
}

function commitLines(comparison: ComparisonView): Piece[][] {
  const rest = moreCommits(comparison);
  return [
    ...comparison.commits.shown.map(commitLine),
    ...(rest === "" ? [] : [[{ text: rest, look: "quiet" } as const]]),
  ];
}

function commitLine(commit: Commit): Piece[] {
  const hash = theirs(shortHash(commit.hash), 7);
  const href = webAddress(commit.link);
  const author = commit.author === null ? [] : sentence` · ${theirs(commit.author, 40)}`;
  const quiet = author.map((piece): Piece => ({ ...piece, look: "quiet" }));
  return sentence`${href === undefined ? { ...hash, look: "code" } : { ...hash, href }} ${theirs(firstLine(commit), 120)}${quiet}`;
}

/** Returns since when the live build is live, its age when the promotion was requested, and who deployed it. */
export function sinceLines({ view, recipient }: NoticeInput): Piece[][] {
  const { liveInTarget: live, comparison, createdAt } = view;
  if (live === null) return [];
  const since = `since ${momentIn(recipient.timeZone, live.since)}, ${ageWords(live.since, createdAt)}`;
  const deployed = comparison?.from?.id === live.id ? deployerWords(comparison.from.deployed) : null;
  return [
    [{ text: since, look: "quiet" }],
    ...(deployed === null ? [] : [sentence`deployed by ${theirs(deployed, 200)}`]),
  ];
}

const hour = 3_600_000;

/** Returns "21 days before the request", which stays true whenever the email is read. */
function ageWords(since: Date, requested: Date): string {
  const hours = Math.floor((requested.getTime() - since.getTime()) / hour);
  if (requested < since) return "after the request";
  if (hours < 1) return "less than an hour before the request";
  const age = hours < 48 ? countWords(hours, "hour") : countWords(Math.floor(hours / 24), "day");
  return `${age} before the request`;
}

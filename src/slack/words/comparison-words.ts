import { type Commit, type Remark, weightOf } from "../../domain/requests/comparison.ts";
import { isOpenState } from "../../domain/requests/request.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { ComparisonView, DeployedView, RequestView } from "../../queries/requests/request-view.ts";
import { byWords, countWords, shortName } from "./words.ts";

/** What the words about a comparison need: a request has it, and so has a choice that is not submitted yet. */
export type ComparedStepView = {
  comparison: ComparisonView | null;
  target: { name: string };
  build: { version: string };
};

/** What is to be looked at before deciding, and what is good to know; plain sentences. */
export type RemarkWords = { cautions: string[]; notes: string[] };

/** Only while something is left to decide; a newer build that another line names already is left out. */
export function requestRemarks(view: RequestView): RemarkWords {
  if (!isOpenState(view.state)) return { cautions: [], notes: [] };
  return remarkWords(view, view.newerInSource?.id);
}

/** @param named the build that is said to be newer elsewhere */
export function remarkWords(view: ComparedStepView, named?: string): RemarkWords {
  const words: RemarkWords = { cautions: [], notes: [] };
  for (const remark of view.comparison?.remarks ?? []) {
    if (remark.kind === "newer" && remark.buildId === named) continue;
    const list = weightOf(remark) === "caution" ? words.cautions : words.notes;
    list.push(sentenceOf(remark, view));
  }
  return words;
}

function sentenceOf(remark: Remark, { comparison, target, build }: ComparedStepView): string {
  const place = shortName(target.name);
  const version = shortName(build.version);
  const before = shortName(comparison?.from?.version ?? "");
  switch (remark.kind) {
    case "first":
      return `First deployment to ${place}: nothing is live there yet`;
    case "rollback":
      return `A rollback: ${version} is older than ${before}, which is live in ${place}`;
    case "lower-version":
      return `${version} is a lower version than ${before}, which is live in ${place}, though it was built later`;
    case "outside":
      return `${before} came to ${place} outside of approval`;
    case "skipped": {
      const least = remark.atLeast ? "at least " : "";
      const were = remark.count === 1 && !remark.atLeast ? "was" : "were";
      return `Skips ${least}${countWords(remark.count, "build")} that ${were} never live in ${place}`;
    }
    case "newer":
      return `Not the newest build: ${shortName(remark.version)} was built after ${version}`;
    case "same-commit":
      return `Built from the same commit as ${before}, which is live in ${place}`;
    default:
      return assertNever(remark);
  }
}

/** "5 commits", "at least 5 commits", "takes back 5 commits"; empty where none are known. */
export function commitCount({ commits, direction }: ComparisonView): string {
  if (commits.count === 0) return "";
  const count = `${commits.atLeast ? "at least " : ""}${countWords(commits.count, "commit")}`;
  return direction === "back" ? `takes back ${count}` : count;
}

/** How many commits there are beside those that are shown: "and 23 more"; empty where there are none. */
export function moreCommits({ commits: { shown, count, atLeast } }: ComparisonView): string {
  const rest = count - shown.length;
  if (rest > 0) return atLeast ? `and at least ${rest} more` : `and ${rest} more`;
  return atLeast ? "There may be more: not every build came with its commits" : "";
}

/** "Commits since 1.4.1", of a rollback "Commits taken back". */
export function commitsHeading({ direction, from }: ComparisonView): string {
  return direction === "back" ? "Commits taken back" : `Commits since ${shortName(from?.version ?? "")}`;
}

/** A commit's message is people's text: its first line, without what mrkdwn or a mail would make of it. */
export const firstLine = ({ message }: Commit): string => message.trim().split(/[\n\r\u2028\u2029]/)[0] ?? "";

export const shortHash = (hash: string): string => [...hash].slice(0, 7).join("");

/** "Carol Mbeki for #41"; null where no person did it. */
export function deployerWords(deployed: DeployedView | null | undefined): string | null {
  if (!deployed || deployed.by.person === null) return null;
  const { by, requestNumber } = deployed;
  return requestNumber === null ? byWords(by) : `${byWords(by)} for #${requestNumber}`;
}

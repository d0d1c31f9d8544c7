import { type Commit, type Remark, weightOf } from "../../domain/requests/comparison.ts";
import { isOpenState } from "../../domain/requests/request.ts";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { ComparisonView, DeployedView, RequestView } from "../../queries/requests/request-view.ts";
import { byWords, shortName } from "./names.ts";
import { formerReviewerWords } from "./review-words.ts";
import { countWords, nameList } from "./text.ts";

/** The part of a promotion that the words about its comparison use, whether it is requested already or not. */
export type ComparedStepView = {
  comparison: ComparisonView | null;
  target: { name: string };
  build: { version: string };
};

/** Plain sentences: cautions to look at before deciding, and notes that are good to know. */
export type RemarkWords = { cautions: string[]; notes: string[] };

/** Returns the remarks on a request while it is open. A newer build that another line names is left out. */
export function requestRemarks(view: RequestView): RemarkWords {
  if (!isOpenState(view.state)) return { cautions: [], notes: [] };
  const { cautions, notes } = remarkWords(view, view.newerInSource?.id);
  const former = view.state === "pending" ? [] : formerReviewerWords(view.reviews);
  return { cautions: [...cautions, ...former], notes };
}

/** @param namedBuildId the newer build that another line names */
export function remarkWords(view: ComparedStepView, namedBuildId?: string): RemarkWords {
  const words: RemarkWords = { cautions: [], notes: [] };
  for (const remark of view.comparison?.remarks ?? []) {
    if (remark.kind === "newer" && remark.buildId === namedBuildId) continue;
    const list = weightOf(remark) === "caution" ? words.cautions : words.notes;
    list.push(remarkSentence(remark, view));
  }
  return words;
}

function remarkSentence(remark: Remark, { comparison, target, build }: ComparedStepView): string {
  const targetName = shortName(target.name);
  const version = shortName(build.version);
  const liveVersion = shortName(comparison?.from?.version ?? "");
  switch (remark.kind) {
    case "first":
      return `First deployment to ${targetName}: nothing is live there yet`;
    case "rollback":
      return `A rollback: ${version} is older than ${liveVersion}, which is live in ${targetName}`;
    case "lower-version":
      return `${version} is a lower version than ${liveVersion}, which is live in ${targetName}, though it was built later`;
    case "outside":
      return `${liveVersion} came to ${targetName} outside of approval`;
    case "deployed-outside":
      return `This build was deployed to ${nameList(remark.environments.map(shortName))} outside approval`;
    case "attempt-unknown":
      return unknownAttemptWords(target);
    case "twins":
      return `Another build has the same version or commit: ${twinNames(remark)}`;
    case "skipped": {
      const least = remark.atLeast ? "at least " : "";
      const were = remark.count === 1 && !remark.atLeast ? "was" : "were";
      return `Skips ${least}${countWords(remark.count, "build")} that ${were} never live in ${targetName}`;
    }
    case "newer":
      return `Not the newest build: ${shortName(remark.version)} was built after ${version}`;
    case "same-commit":
      return `Built from the same commit as ${liveVersion}, which is live in ${targetName}`;
    default:
      return assertNever(remark);
  }
}

/** Returns the caution about a deployment to the target that ended as unknown, whoever started it. */
export const unknownAttemptWords = (target: { name: string }): string =>
  `An earlier deployment to ${shortName(target.name)} ended as unknown and may still be running`;

/** Returns the IDs of the first twins, and how many others there are. */
function twinNames({ builds, count }: Extract<Remark, { kind: "twins" }>): string {
  const rest = count - builds.length;
  const names = builds.map(shortName);
  return nameList(rest > 0 ? [...names, countWords(rest, "other")] : names);
}

/** Returns "5 commits", "at least 5 commits", or "takes back 5 commits", or nothing where no commits are known. */
export function commitCount({ commits, direction }: ComparisonView): string {
  if (commits.count === 0) return "";
  const count = `${commits.atLeast ? "at least " : ""}${countWords(commits.count, "commit")}`;
  return direction === "back" ? `takes back ${count}` : count;
}

/** Returns how many commits are not listed ("and 23 more"), or nothing where all are. */
export function moreCommits({ commits: { shown, count, atLeast } }: ComparisonView): string {
  const rest = count - shown.length;
  if (rest > 0) return atLeast ? `and at least ${rest} more` : `and ${rest} more`;
  return atLeast ? "There may be more: not every build came with its commits" : "";
}

/** Returns "Commits since 1.4.1", or "Commits taken back" for a rollback. */
export function commitsHeading({ direction, from }: ComparisonView): string {
  return direction === "back" ? "Commits taken back" : `Commits since ${shortName(from?.version ?? "")}`;
}

/** Returns the first line of a commit's message. It is people's text: escape it for mrkdwn. */
export const firstLine = ({ message }: Commit): string =>
  cleanName(message.trim().split(/[\n\r\u2028\u2029]/)[0] ?? "");

export const shortHash = (hash: string): string => [...cleanName(hash)].slice(0, 7).join("");

/** Returns who deployed a build ("Carol Mbeki for #41"), or null where no person did. */
export function deployerWords(deployed: DeployedView | null | undefined): string | null {
  if (!deployed || deployed.by.person === null) return null;
  const { by, requestNumber } = deployed;
  return requestNumber === null ? byWords(by) : `${byWords(by)} for #${requestNumber}`;
}

import type { KnownBlock, ModalView } from "@slack/types";
import type { DriftChange } from "../../domain/requests/drift.ts";
import { limits } from "../../domain/shared/limits.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import { context, section } from "../blocks/blocks.ts";
import { textInput } from "../blocks/inputs.ts";
import { ids } from "../kernel/ids.ts";
import { stateBlocks } from "../messages/progress-blocks.ts";
import { requestFields, titleBlock } from "../messages/request-blocks.ts";
import { requestRemarks, unknownAttemptWords } from "../words/comparison-words.ts";
import { factWords } from "../words/fact-words.ts";
import { byWords, shortName } from "../words/names.ts";
import { escapeWithin } from "../words/text.ts";
import { shownOf, shownRequestModal } from "./shown-request.ts";

/** Returns the small modal behind **Reject**. */
export function rejectModal(view: RequestView): ModalView {
  const { number } = view;
  const blocks: KnownBlock[] = [
    titleBlock(view),
    requestFields(view, true),
    textInput({
      id: ids.block.comment,
      actionId: ids.input.comment,
      label: "Why?",
      hint: "The requester and everyone who was asked will see it.",
      limit: limits.comment,
      multiline: true,
      optional: !view.commentOnReject,
    }),
  ];
  return shownRequestModal(ids.view.reject, `Reject #${number}`, shownOf(view), blocks, "Reject");
}

/** Returns the input for why a request or an attempt is ended. */
const reasonInput = (optional: boolean): KnownBlock =>
  textInput({
    id: ids.block.reason,
    actionId: ids.input.reason,
    label: "Reason",
    hint: "Everyone who was asked will see it.",
    limit: limits.reason,
    multiline: true,
    optional,
  });

/** Returns the modal behind **Cancel Request**. Only the requester may leave the reason empty (R10). */
export function cancelModal(view: RequestView, rights: ViewerRights): ModalView {
  const { number } = view;
  const blocks: KnownBlock[] = [
    titleBlock(view),
    requestFields(view, true),
    ...stateBlocks(view),
    reasonInput(!rights.cancelNeedsReason),
  ];
  return shownRequestModal(ids.view.cancel, `Cancel #${number}`, shownOf(view), blocks, "Cancel Request");
}

/** Returns the modal behind **End Attempt**, which always needs a reason (R10). @param attempt the attempt that it shows */
export function endAttemptModal(view: RequestView, attempt: string): ModalView {
  const target = escapeWithin(shortName(view.target.name), 200);
  const blocks: KnownBlock[] = [
    titleBlock(view),
    requestFields(view, true),
    ...stateBlocks(view),
    section(
      `⚠️ *This does not stop the deployment.* Signoff stops waiting for it, and it counts as unknown. It may still change ${target}, and a late report still counts.`,
    ),
    reasonInput(false),
  ];
  return shownRequestModal(
    ids.view.endAttempt,
    "End Attempt",
    { ...shownOf(view), attempt },
    blocks,
    "End Attempt",
  );
}

/**
 * Returns what changed since the request was made and what its card warns of, to confirm before it is promoted (R9). What
 * is both is said once.
 *
 * @param shown the fingerprint of the changes, which Submit sends back
 */
export function confirmModal(view: RequestView, changes: readonly DriftChange[], shown: string): ModalView {
  const { number } = view;
  const changed = changes.map((change) => changeWords(change, view));
  const cautions = requestRemarks(view).cautions.map((caution) => `${caution}.`);
  const lists = [changed, cautions.filter((caution) => !changed.includes(caution))];
  const shownLists = lists.filter((list) => list.length > 0).map(bulletList);
  const version = escapeWithin(shortName(view.build.version), 200);
  const target = escapeWithin(shortName(view.target.name), 200);
  const blocks: KnownBlock[] = [
    titleBlock(view),
    ...(shownLists.length === 0 ? [] : [section("⚠️ *Look at this before you promote*"), ...shownLists]),
    requestFields(view, true),
    context(`Promote brings exactly ${version} to ${target}.`),
  ];
  return shownRequestModal(
    ids.view.confirm,
    `Promote #${number}?`,
    { ...shownOf(view), shown },
    blocks,
    "Promote Anyway",
  );
}

const bulletList = (sentences: readonly string[]): KnownBlock =>
  section(sentences.map((words) => `• ${escapeWithin(words, 700)}`).join("\n"));

function changeWords(change: DriftChange, view: RequestView): string {
  const source = shortName(view.source.name);
  const target = shortName(view.target.name);
  switch (change.kind) {
    case "source-changed": {
      const now = view.newerInSource ? `${shortName(view.newerInSource.version)} is` : "nothing is";
      return `In ${source} ${now} live now; ${shortName(view.build.version)} was approved.`;
    }
    case "target-changed": {
      const now = view.liveInTarget ? `${shortName(view.liveInTarget.version)} is` : "nothing is";
      return `In ${target} ${now} live now; it was another build when this was asked for.`;
    }
    case "fact-changed":
      return factWords(change);
    case "deployment-running":
      return `Another deployment to ${target} is running.`;
    case "last-attempt-unknown":
      return mayRunWords(change.deploymentId, view);
    default:
      return assertNever(change);
  }
}

function mayRunWords(deploymentId: string, { attempt, target }: RequestView): string {
  if (attempt?.id !== deploymentId) return `${unknownAttemptWords(target)}.`;
  return attempt.endedBy
    ? `The last attempt was ended by ${byWords(attempt.endedBy)}: it may still be running.`
    : "The last attempt went silent: it may still be running.";
}

import type { App, ViewSubmitAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { CallWatch } from "../../metrics/metrics.ts";
import { noticeModal } from "../blocks/notice-modal.ts";
import { NoAccessError } from "./access.ts";
import { OutdatedError } from "./codec.ts";
import type { SlackDeps } from "./deps.ts";
import { faultWords, reportFault } from "./faults.ts";
import { type FormValues, formValues, readInputs, readState } from "./form-values.ts";
import type { Reply } from "./reply.ts";
import { routeSubmission, type SubmitArgs, watchOf } from "./route.ts";
import { runInTime } from "./run.ts";

/** One submission of a modal. */
export type Submission = FormValues & {
  organizationId: string;
  userId: string;
  metadata: string;
  /** The ids of the input blocks that the form has, in their order. */
  inputs: readonly string[];
  view: Omit<ViewSubmitAction["view"], "state">;
  watch: CallWatch;
};

/** Errors by the block_id of their input, or the view that takes the modal's place. */
export type SubmissionAnswer =
  | { response_action: "errors"; errors: Record<string, string> }
  | { response_action: "update"; view: ModalView };

/** Without an answer Slack closes the modal. */
export type SubmissionReply = Reply<SubmissionAnswer>;

type SubmitOptions = {
  callbackId: string;
  /** The input at which a fault is told, so that what was typed stays; null in a modal without inputs. */
  faultBlock: string | null | ((submission: Submission) => string | null);
  /** Commits before it returns. */
  work: (submission: Submission) => Promise<SubmissionReply>;
  /**
   * Redraws what is below the modal, once Slack was told. It runs after every answer, also after a fault: work that
   * exceeded its time limit may be committed.
   */
  redraw?: (submission: Submission, answer: SubmissionAnswer | undefined) => Promise<unknown>;
  /** The words for a fault, where they differ from the usual ones. */
  faultAs?: (error: unknown) => string;
};

/** Returns the reply that shows an error at an input. */
export const fieldError = (blockId: string, words: string): SubmissionReply => ({
  answer: { response_action: "errors", errors: { [blockId]: words } },
});

/** Returns the reply that puts another view in the modal's place. */
export const replaceModal = (view: ModalView): SubmissionReply => ({
  answer: { response_action: "update", view },
});

const noValuesWords =
  "Slack sent this form without what you chose and typed, so nothing was saved. Submit it again; if this stays, close the form and open it again.";

/**
 * Listens to a submission. The work commits, then Slack is told, then the reply's follow-up and the redrawing run. A form
 * that comes without its values is not worked on: it would read as empty, and what the person entered is still in it.
 */
export function onSubmit(app: App, deps: SlackDeps, options: SubmitOptions): void {
  const { callbackId, redraw } = options;
  routeSubmission(app, callbackId, async (args) => {
    const submission = readSubmission(args);
    const { answer, followUp } = await carryOut(deps, options, submission);
    await (answer === undefined ? args.ack() : args.ack(answer));
    try {
      await followUp?.();
      await redraw?.(submission, answer);
    } catch (error) {
      deps.log.warn({ err: error, callbackId }, "What follows a submission was not shown");
    }
  });
}

/** Never rejects. */
async function carryOut(
  deps: SlackDeps,
  { callbackId, faultBlock, work, faultAs = faultWords }: SubmitOptions,
  submission: SentSubmission,
): Promise<SubmissionReply> {
  const block = typeof faultBlock === "function" ? faultBlock(submission) : faultBlock;
  const missing = submission.missingInputs[0] ?? (submission.inputs.length === 0 ? block : null);
  if (missing !== null) {
    deps.log.warn({ callbackId, missing }, "Slack sent a form without its values");
    return fieldError(missing, noValuesWords);
  }
  try {
    return await runInTime(deps, submission, () => work(submission));
  } catch (error) {
    reportFault(deps, error, { callbackId }, "A submission failed");
    // What the form shows is no longer for this person.
    if (error instanceof NoAccessError) return replaceModal(noticeModal(error.words));
    return error instanceof OutdatedError
      ? faultReply(error.words, existingBlock(submission, block))
      : faultReply(faultAs(error), block);
  }
}

const faultReply = (words: string, block: string | null): SubmissionReply =>
  block === null ? replaceModal(noticeModal(words)) : fieldError(block, words);

/** A modal of an older version may lack the block; Slack shows no error for a block that is not there. */
function existingBlock({ inputs }: Submission, wanted: string | null): string | null {
  return wanted !== null && inputs.includes(wanted) ? wanted : (inputs[0] ?? null);
}

/** `missingInputs`: the inputs of the form whose values did not come. Slack sends each input, also an empty one. */
type SentSubmission = Submission & { missingInputs: readonly string[] };

function readSubmission({ body, context }: SubmitArgs): SentSubmission {
  const { view } = body;
  const state = readState(view.state);
  const drawnInputs = readInputs(view.blocks);
  return {
    organizationId: context.teamId ?? "",
    userId: body.user.id,
    metadata: view.private_metadata ?? "",
    inputs: [...new Set([...drawnInputs, ...Object.keys(state)])],
    missingInputs: drawnInputs.filter((id) => state[id] === undefined),
    view,
    watch: watchOf(context),
    ...formValues(state),
  };
}

import type {
  AllMiddlewareArgs,
  App,
  BlockAction,
  ButtonAction,
  SlackActionMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from "@slack/bolt";
import { OutcomeUnknown } from "../usecases/context.ts";
import type { Ports } from "./ports.ts";
import { noticeModal, withNotice } from "./views/request-views.ts";
import { escaped } from "./views/text.ts";

/** A listener's work took longer than Slack waits. It goes on; its outcome shows on the card. */
class TooLate extends Error {}

/** Resolves with the work's result, or rejects when its time is over. */
export async function within<T>(ports: Ports, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate("late")), ports.answerWithinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a person is told when something broke: never that a thing happened which did not. */
export function faultWords(error: unknown): string {
  return error instanceof TooLate || error instanceof OutcomeUnknown
    ? "Signoff could not confirm this in time. The card will show whether it happened; if it did not, try again."
    : "Something went wrong on Signoff's side. Nothing was changed, try again in a moment.";
}

/** One click on a button, in a message or in a modal. */
export type Click = {
  organizationId: string;
  userId: string;
  triggerId: string;
  value: string;
  /** The modal in which it was made; null in a message. */
  view: { id: string; hash: string; drawn: NonNullable<BlockAction["view"]> } | null;
  /** The private answer in a message: an ephemeral by response_url. */
  tell(words: string): Promise<void>;
};

/** What follows the ack: an answer to the person, which may be lost. */
export type Answer = (() => Promise<unknown>) | undefined;

/** The work was done by then; only its answer, a dialog or words, did not come through. */
const notShown =
  "Slack did not show Signoff's answer. The card shows how the request stands; if a dialog should have opened, try again.";

/** Listens to a button. The work commits; then Slack is told; then the person is answered. */
export function onClick(
  app: App,
  ports: Ports,
  actionId: string,
  work: (click: Click) => Promise<Answer>,
): void {
  app.action<BlockAction<ButtonAction>>({ action_id: actionId, type: "block_actions" }, async (args) => {
    const click = readClick(args);
    let answer: Answer;
    try {
      answer = await within(
        ports,
        knowThen(ports, click.organizationId, click.userId, () => work(click)),
      );
    } catch (error) {
      ports.log.error({ err: error, actionId }, "a click was not carried out");
      answer = () => tellFault(ports, click, error);
    }
    await args.ack();
    if (answer === undefined) return;
    await answer().catch((error) => {
      ports.log.warn({ err: error, actionId }, "an answer was not delivered");
      return tellNotShown(ports, click).catch(() => undefined);
    });
  });
}

async function knowThen<T>(
  ports: Ports,
  organizationId: string,
  userId: string,
  work: () => Promise<T>,
): Promise<T> {
  await ports.knowMember(organizationId, userId);
  return work();
}

function tellNotShown(ports: Ports, click: Click): Promise<unknown> {
  const { view, organizationId } = click;
  if (view === null) return click.tell(notShown);
  return ports.viewsFor(organizationId).update(view.id, undefined, withNotice(view.drawn, notShown));
}

function tellFault(ports: Ports, click: Click, error: unknown): Promise<unknown> {
  const words = faultWords(error);
  if (click.view === null) return click.tell(words);
  return ports.viewsFor(click.organizationId).push(click.triggerId, noticeModal(escaped(words)));
}

function readClick({
  body,
  context,
  respond,
}: SlackActionMiddlewareArgs<BlockAction<ButtonAction>> & AllMiddlewareArgs): Click {
  const [action] = body.actions;
  return {
    organizationId: context.teamId ?? "",
    userId: body.user.id,
    triggerId: body.trigger_id,
    value: action?.value ?? "",
    view: body.view ? { id: body.view.id, hash: body.view.hash, drawn: body.view } : null,
    tell: async (words) => {
      if (body.response_url === undefined) return;
      await respond({ response_type: "ephemeral", replace_original: false, text: escaped(words) });
    },
  };
}

/** What PostgreSQL keeps of a text: no NUL, no half of a surrogate pair. */
const storable = (text: string): string => text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd");

/** One submission of a modal. */
export type Submission = {
  organizationId: string;
  userId: string;
  metadata: string;
  view: ViewSubmitAction["view"];
  /** What was typed or chosen in a block; empty for nothing. */
  value(blockId: string, actionId: string): string;
};

/** How a submission is answered: errors by block_id, another view, or nothing, which closes the modal. */
export type SubmissionAnswer =
  | undefined
  | { response_action: "errors"; errors: Record<string, string> }
  | { response_action: "update"; view: ReturnType<typeof noticeModal> };

/**
 * Listens to a submission.
 *
 * @param faultBlock the field at which a fault is told, so that what was typed stays; null in a modal without fields
 * @param after runs once Slack was told, for instance to draw the modal beneath anew
 */
export function onSubmit(
  app: App,
  ports: Ports,
  callbackId: string,
  faultBlock: string | null,
  work: (submission: Submission) => Promise<SubmissionAnswer>,
  after?: (submission: Submission, answer: SubmissionAnswer) => Promise<void>,
): void {
  app.view<ViewSubmitAction>({ callback_id: callbackId, type: "view_submission" }, async (args) => {
    const submission = readSubmission(args);
    let answer: SubmissionAnswer;
    try {
      const { organizationId, userId } = submission;
      answer = await within(
        ports,
        knowThen(ports, organizationId, userId, () => work(submission)),
      );
    } catch (error) {
      ports.log.error({ err: error, callbackId }, "a submission was not carried out");
      answer = submissionFault(faultWords(error), faultBlock);
    }
    await (answer === undefined ? args.ack() : args.ack(answer));
    await after?.(submission, answer).catch((error) =>
      ports.log.warn({ err: error, callbackId }, "no answer"),
    );
  });
}

function submissionFault(words: string, block: string | null): SubmissionAnswer {
  if (block !== null) return { response_action: "errors", errors: { [block]: words } };
  return { response_action: "update", view: noticeModal(words) };
}

function readSubmission({
  body,
  context,
}: SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs): Submission {
  return {
    organizationId: context.teamId ?? "",
    userId: body.user.id,
    metadata: body.view.private_metadata,
    view: body.view,
    value: (blockId, actionId) => {
      const state = body.view.state.values[blockId]?.[actionId];
      return storable(state?.value ?? state?.selected_option?.value ?? "");
    },
  };
}

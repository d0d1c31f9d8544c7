import type { App, BlockAction, Context, ViewSubmitAction } from "@slack/bolt";
import { stripUnstorable } from "../../domain/shared/storable-text.ts";
import { timedOut, withTimeout } from "../../lib/timeout.ts";
import type { CallWatch, FaultReason } from "../../metrics/metrics.ts";
import { OutcomeUnknown } from "../../usecases/shared/context.ts";
import { noticeModal, withNotice } from "../requests/request-modals-view.ts";
import { escaped } from "../words/text.ts";
import { adoptClicked, type ClickedCard, readCard } from "./clicked-card.ts";
import { OutdatedError } from "./codec.ts";
import type { SlackDeps } from "./deps.ts";
import { type ClickArgs, routeClick, routeSubmission, type SubmitArgs } from "./route.ts";

/** A listener's work took longer than Slack waits. It goes on; its outcome shows on the card. */
class TooLate extends Error {}

/** Resolves with the work's result, or rejects when its time is over. What rejects is counted: somebody is told of it. */
export async function within<T>(ports: SlackDeps, work: Promise<T>): Promise<T> {
  try {
    const result = await withTimeout(work, ports.answerWithinMs);
    if (result === timedOut) throw new TooLate("late");
    return result;
  } catch (error) {
    if (!(error instanceof OutdatedError)) ports.faulted(faultReason(error));
    throw error;
  }
}

/** The database's own word for too much at once is looked for by name: it may be the cause of another error. */
function faultReason(error: unknown): FaultReason {
  if (error instanceof TooLate) return "late";
  if (error instanceof OutcomeUnknown) return "unknown";
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === "DatabaseBusy") return "busy";
  }
  return "failed";
}

/** What follows this call of Slack's; the receiver put it there. */
const watchOf = (context: Context): CallWatch => context.watch as CallWatch;

/** Whether what broke may have happened all the same. */
export const mayHaveHappened = (error: unknown): boolean =>
  error instanceof TooLate || error instanceof OutcomeUnknown;

/** What a person is told when something broke: never that a thing happened which did not. */
export function faultWords(error: unknown): string {
  if (error instanceof OutdatedError) return error.words;
  return mayHaveHappened(error)
    ? "Signoff could not confirm this in time. The card will show whether it happened; if it did not, try again."
    : "Something went wrong on Signoff's side. Nothing was changed, try again in a moment.";
}

/** The view in which somebody acted. */
export type ClickedView = {
  id: string;
  hash: string;
  type: "modal" | "home";
  callbackId: string;
  metadata: string;
  /** The view beneath a modal, if any. */
  previousId: string | null;
  /** What is drawn in it. */
  drawn: NonNullable<BlockAction["view"]>;
};

/** One click on a button, or a choice in a select or an overflow: in a message, in a modal or in the App Home. */
export type Click = {
  organizationId: string;
  userId: string;
  triggerId: string;
  /** The button's value, or that of the chosen option. */
  value: string;
  /** The card whose button it is; null in a view, and on any other message. */
  card: ClickedCard | null;
  /** Null in a message. */
  view: ClickedView | null;
  /** What is chosen and typed around it by now. */
  state: Chosen;
  watch: CallWatch;
  /** The private answer: an ephemeral in a message, a modal in the Home, a modal on top in a modal. */
  tell(words: string): Promise<void>;
};

/** Whether a click is answered by drawing its modal anew; in a message and in the Home a new one opens. */
export function inModal(click: Click): click is Click & { view: ClickedView } {
  return click.view?.type === "modal";
}

/** What is chosen and typed in a view. */
export type Chosen = {
  /** What was typed or chosen in a block; empty for nothing. */
  value(blockId: string, actionId: string): string;
  /** Everything that was chosen in a block that takes several. */
  values(blockId: string, actionId: string): string[];
};

/** What follows the ack: an answer to the person, which may be lost. */
export type Answer = (() => Promise<unknown>) | undefined;

/** The work was done by then; only its answer, a dialog or words, did not come through. */
const notShown =
  "Slack did not show Signoff's answer. The card shows how the request stands; if a dialog should have opened, try again.";

/** Listens to a button, a select or an overflow. The work commits; then Slack is told; then the person is answered. */
export function onClick(
  app: App,
  ports: SlackDeps,
  actionId: string,
  work: (click: Click) => Promise<Answer>,
): void {
  routeClick(app, actionId, async (args) => {
    const click = readClick(ports, args);
    let answer: Answer;
    try {
      answer = await within(
        ports,
        knowThen(ports, click.organizationId, click.userId, () => work(click)),
      );
    } catch (error) {
      ports.log.error({ err: error, actionId }, "a click was not carried out");
      answer = () => click.tell(faultWords(error));
    }
    await args.ack();
    const answered = answer?.().catch((error) => {
      ports.log.warn({ err: error, actionId }, "an answer was not delivered");
      return tellNotShown(ports, click).catch(() => undefined);
    });
    await Promise.all([answered, adoptClicked(ports, click.organizationId, click.card)]);
  });
}

async function knowThen<T>(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  work: () => Promise<T>,
): Promise<T> {
  await ports.knowMember(organizationId, userId);
  return work();
}

/** In a modal on the modal itself, which keeps what was typed; else by the private answer. */
function tellNotShown(ports: SlackDeps, click: Click): Promise<unknown> {
  const { view, organizationId } = click;
  if (view === null || view.type === "home") return click.tell(notShown);
  return ports.viewsFor(organizationId).update(view.id, undefined, withNotice(view.drawn, notShown));
}

function readClick(ports: SlackDeps, { body, context, respond }: ClickArgs): Click {
  const [action] = body.actions;
  const organizationId = context.teamId ?? "";
  const { trigger_id: triggerId, view } = body;
  return {
    organizationId,
    userId: body.user.id,
    triggerId,
    ...readCard(action === undefined ? "" : (entered(action as Entered)[0] ?? ""), body),
    view: view === undefined ? null : clickedView(view),
    state: chosenIn(view?.state.values ?? body.state?.values ?? {}),
    watch: watchOf(context),
    tell: async (words) => {
      if (view !== undefined) {
        const views = ports.viewsFor(organizationId);
        const notice = noticeModal(words);
        await (view.type === "home" ? views.open(triggerId, notice) : views.push(triggerId, notice));
      } else if (body.response_url !== undefined) {
        await respond({ response_type: "ephemeral", replace_original: false, text: escaped(words) });
      }
    },
  };
}

const clickedView = (view: NonNullable<BlockAction["view"]>): ClickedView => ({
  drawn: view,
  id: view.id,
  hash: view.hash,
  type: view.type === "home" ? "home" : "modal",
  callbackId: view.callback_id,
  metadata: view.private_metadata,
  previousId: view.previous_view_id ?? null,
});

/** What of an element's state says what was entered: https://docs.slack.dev/reference/views/view-state */
type Entered = {
  value?: string | null | undefined;
  selected_option?: { value?: string | undefined } | null | undefined;
  selected_options?: readonly { value?: string | undefined }[] | null | undefined;
  selected_user?: string | null | undefined;
  selected_users?: readonly string[] | null | undefined;
  selected_channel?: string | null | undefined;
  selected_conversation?: string | null | undefined;
};

function entered(state: Entered): string[] {
  const options = [state.selected_option, ...(state.selected_options ?? [])];
  const chosen = [state.value, state.selected_user, state.selected_channel, state.selected_conversation];
  const all = [...chosen, ...(state.selected_users ?? []), ...options.map((option) => option?.value)];
  return all
    .filter((value): value is string => typeof value === "string" && value !== "")
    .map(stripUnstorable);
}

/** Reads a view's state. */
export function chosenIn(state: Record<string, Record<string, Entered>>): Chosen {
  const values = (blockId: string, actionId: string): string[] => {
    const found = state[blockId]?.[actionId];
    return found === undefined ? [] : entered(found);
  };
  return { values, value: (blockId, actionId) => values(blockId, actionId)[0] ?? "" };
}

/** One submission of a modal. */
export type Submission = Chosen & {
  organizationId: string;
  userId: string;
  metadata: string;
  view: ViewSubmitAction["view"];
  watch: CallWatch;
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
 * @param faultAs what is told of a fault, where it is not what others tell
 */
export function onSubmit(
  app: App,
  ports: SlackDeps,
  callbackId: string,
  faultBlock: string | null | ((submission: Submission) => string | null),
  work: (submission: Submission) => Promise<SubmissionAnswer>,
  after?: (submission: Submission, answer: SubmissionAnswer) => Promise<void>,
  faultAs: (error: unknown) => string = faultWords,
): void {
  routeSubmission(app, callbackId, async (args) => {
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
      const block = typeof faultBlock === "function" ? faultBlock(submission) : faultBlock;
      answer = submissionFault(faultAs(error), block);
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

function readSubmission({ body, context }: SubmitArgs): Submission {
  return {
    organizationId: context.teamId ?? "",
    userId: body.user.id,
    metadata: body.view.private_metadata,
    view: body.view,
    watch: watchOf(context),
    ...chosenIn(body.view.state.values),
  };
}

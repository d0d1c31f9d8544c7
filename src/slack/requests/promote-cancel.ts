import type { App } from "@slack/bolt";
import { member } from "../../domain/shared/actor.ts";
import { cancelPromotion } from "../../usecases/requests/cancel-promotion.ts";
import { promote } from "../../usecases/requests/promote.ts";
import { redrawHome } from "../home/draw-home.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import {
  type Answer,
  type Click,
  inModal,
  onClick,
  onSubmit,
  type Submission,
  type SubmissionAnswer,
} from "../kernel/interaction.ts";
import { refusalWords } from "../words/refusals.ts";
import { cancelModal, confirmModal, outcomeModal, readRequest, reviewModal } from "./request-modals-view.ts";
import { gone, look } from "./request-views.ts";
import { backOf, drawBack, withBack } from "./return-to-list.ts";

/** Promote and Cancel Request, on cards and in Review Details, and the modals behind them. */
export function listenToFinish(app: App, ports: SlackDeps): void {
  onClick(app, ports, ids.action.promote, (click) => pressPromote(ports, click));
  onClick(app, ports, ids.action.cancel, (click) => openCancel(ports, click));
  const beneath = (submission: Submission) => drawBeneath(ports, submission);
  onSubmit(app, ports, ids.view.confirm, null, (submission) => confirm(ports, submission), beneath);
  onSubmit(app, ports, ids.view.cancel, ids.block.reason, (submission) => cancel(ports, submission), beneath);
}

export async function pressPromote(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId, triggerId } = click;
  const number = Number(click.value);
  const actor = member(userId);
  const result = await promote(ports.context, {
    organizationId,
    number,
    actor,
    surface: "slack",
    shown: null,
  });
  if (result.ok) return inModal(click) ? () => drawDetails(ports, click, number) : inHome(ports, click);
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return () => click.tell(gone);
  const { refusal } = result;
  if (refusal.code === "must-confirm") {
    const modal = withBack(confirmModal(found.view, refusal.changes, refusal.shown), backOf(click));
    const views = ports.viewsFor(organizationId);
    return () => (inModal(click) ? views.push(triggerId, modal) : views.open(triggerId, modal));
  }
  return () => say(ports, click, number, refusalWords(refusal, found.view));
}

/** Who acts in the Home sees what became of it at once; where that fails, the outbox draws it. */
function inHome(ports: SlackDeps, { organizationId, userId, view }: Click): Answer {
  if (view?.type !== "home") return undefined;
  return () =>
    redrawHome(ports, organizationId, userId).catch((error) =>
      ports.log.warn({ err: error }, "a Home was not drawn"),
    );
}

/** The private answer: the modal itself in a modal, what the place has elsewhere. */
function say(ports: SlackDeps, click: Click, number: number, words: string): Promise<void> {
  return inModal(click) ? drawDetails(ports, click, number, words) : click.tell(words);
}

async function drawDetails(ports: SlackDeps, click: Click, number: number, notice?: string): Promise<void> {
  const { organizationId, userId, view } = click;
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined || view === null) return;
  const modal = withBack(reviewModal(found.view, found.rights, notice), backOf(click));
  await ports.viewsFor(organizationId).update(view.id, view.hash, modal);
}

async function confirm(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { organizationId, userId } = submission;
  const { number, shown } = readRequest(submission.metadata);
  const input = { organizationId, number, actor: member(userId), surface: "slack" as const };
  const result = await promote(ports.context, { ...input, shown: shown ?? null });
  if (result.ok) return undefined;
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return undefined;
  const { refusal } = result;
  const view =
    refusal.code === "must-confirm"
      ? confirmModal(found.view, refusal.changes, refusal.shown)
      : outcomeModal(found.view, refusalWords(refusal, found.view), "");
  return { response_action: "update", view };
}

export async function openCancel(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId, triggerId } = click;
  const number = Number(click.value);
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return () => click.tell(gone);
  const { view, rights } = found;
  if (!rights.cancel) {
    const open = view.state === "pending" || view.state === "approved" || view.state === "failed";
    const words = refusalWords({ code: open ? "not-canceller" : "not-cancellable", number }, view);
    return () => say(ports, click, number, words);
  }
  const views = ports.viewsFor(organizationId);
  const modal = withBack(cancelModal(view, rights), backOf(click));
  return () => (inModal(click) ? views.push(triggerId, modal) : views.open(triggerId, modal));
}

async function cancel(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { organizationId, userId } = submission;
  const { number } = readRequest(submission.metadata);
  const reason = submission.value(ids.block.reason, ids.input.reason);
  const input = { organizationId, number, actor: member(userId), surface: "slack" as const, reason };
  const result = await cancelPromotion(ports.context, input);
  if (result.ok && result.value.outcome === "cancelled") return undefined;
  const found = await look(ports, organizationId, number, userId);
  if (result.ok) {
    if (found === undefined) return undefined;
    const view = outcomeModal(found.view, `Done: you had cancelled #${number} already.`, "");
    return { response_action: "update", view };
  }
  const words = refusalWords(result.refusal, found?.view);
  const { code } = result.refusal;
  if (code === "reason-required" || code === "text-too-long" || found === undefined) {
    return { response_action: "errors", errors: { [ids.block.reason]: words } };
  }
  return { response_action: "update", view: outcomeModal(found.view, words, reason) };
}

/** After a modal that stood on Review Details has closed, the details show what is true now. */
async function drawBeneath(ports: SlackDeps, submission: Submission): Promise<void> {
  const { organizationId, userId, metadata, view } = submission;
  const beneath = view.previous_view_id;
  if (beneath === null || beneath === undefined) return;
  const { number, back } = readRequest(metadata);
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return;
  const details = withBack(reviewModal(found.view, found.rights), back);
  await ports.viewsFor(organizationId).update(beneath, undefined, details);
  await drawBack(ports, submission);
}

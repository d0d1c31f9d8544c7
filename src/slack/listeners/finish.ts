import type { App } from "@slack/bolt";
import { member } from "../../domain/actor.ts";
import { cancelPromotion } from "../../usecases/cancel-promotion.ts";
import { promote } from "../../usecases/promote.ts";
import {
  type Answer,
  type Click,
  onClick,
  onSubmit,
  type Submission,
  type SubmissionAnswer,
} from "../answer.ts";
import { ids } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { refusalWords } from "../refusals.ts";
import { cancelModal, confirmModal, outcomeModal, readRequest, reviewModal } from "../views/request-views.ts";
import { look } from "./draw.ts";

const gone = "There is no such request in this workspace any more.";

/** Promote and Cancel Request, on cards and in Review Details, and the modals behind them. */
export function listenToFinish(app: App, ports: Ports): void {
  onClick(app, ports, ids.action.promote, (click) => pressPromote(ports, click));
  onClick(app, ports, ids.action.cancel, (click) => openCancel(ports, click));
  const beneath = (submission: Submission) => drawBeneath(ports, submission);
  onSubmit(app, ports, ids.view.confirm, null, (submission) => confirm(ports, submission), beneath);
  onSubmit(app, ports, ids.view.cancel, ids.block.reason, (submission) => cancel(ports, submission), beneath);
}

async function pressPromote(ports: Ports, click: Click): Promise<Answer> {
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
  if (result.ok) return click.view === null ? undefined : () => drawDetails(ports, click, number);
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return () => click.tell(gone);
  const { refusal } = result;
  if (refusal.code === "must-confirm") {
    const modal = confirmModal(found.view, refusal.changes, refusal.shown);
    const views = ports.viewsFor(organizationId);
    return () => (click.view === null ? views.open(triggerId, modal) : views.push(triggerId, modal));
  }
  return () => say(ports, click, number, refusalWords(refusal, found.view));
}

/** The private answer: an ephemeral in a message, the modal itself in a modal. */
function say(ports: Ports, click: Click, number: number, words: string): Promise<void> {
  return click.view === null ? click.tell(words) : drawDetails(ports, click, number, words);
}

async function drawDetails(ports: Ports, click: Click, number: number, notice?: string): Promise<void> {
  const { organizationId, userId, view } = click;
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined || view === null) return;
  const modal = reviewModal(found.view, found.rights, notice);
  await ports.viewsFor(organizationId).update(view.id, view.hash, modal);
}

async function confirm(ports: Ports, submission: Submission): Promise<SubmissionAnswer> {
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

async function openCancel(ports: Ports, click: Click): Promise<Answer> {
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
  const modal = cancelModal(view, rights);
  return () => (click.view === null ? views.open(triggerId, modal) : views.push(triggerId, modal));
}

async function cancel(ports: Ports, submission: Submission): Promise<SubmissionAnswer> {
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
async function drawBeneath(
  ports: Ports,
  { organizationId, userId, metadata, view }: Submission,
): Promise<void> {
  const beneath = view.previous_view_id;
  if (beneath === null || beneath === undefined) return;
  const found = await look(ports, organizationId, readRequest(metadata).number, userId);
  if (found === undefined) return;
  await ports.viewsFor(organizationId).update(beneath, undefined, reviewModal(found.view, found.rights));
}

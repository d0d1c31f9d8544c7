import type { App } from "@slack/bolt";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import { isScope } from "../../../domain/tokens/scope.ts";
import { getTokenOffer } from "../../../queries/tokens/get-token-offer.ts";
import { getToken, type TokenRow } from "../../../queries/tokens/get-tokens.ts";
import { acceptToken } from "../../../usecases/tokens/accept-token.ts";
import { editToken } from "../../../usecases/tokens/edit-token.ts";
import { offerToken } from "../../../usecases/tokens/offer-token.ts";
import { noticeModal } from "../../blocks/notice-modal.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import { type Click, onClick } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { faultWords, mayHaveHappened } from "../../kernel/faults.ts";
import { ids as allIds } from "../../kernel/ids.ts";
import { openModal } from "../../kernel/modals.ts";
import type { Reply } from "../../kernel/reply.ts";
import {
  fieldError,
  onSubmit,
  replaceModal,
  type Submission,
  type SubmissionReply,
} from "../../kernel/submission.ts";
import { offerWords } from "../../messages/token-offer-message.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { redrawBelow } from "../settings-listener.ts";
import {
  editTokenModal,
  endOfDay,
  madeTokenModal,
  offeredToken,
  offerTokenModal,
  oldSecretWords,
  readShownToken,
  takeTokenModal,
} from "./token-forms-view.ts";
import { tokenIds as ids } from "./token-ids.ts";
import { readToken } from "./tokens-view.ts";

/** Listens to **Edit** and **Hand Over** of a token, and to the member who takes one over. */
export function listenToTokenChanges(app: App, deps: SlackDeps): void {
  onAdminClick(app, deps, ids.action.edit, (click) => openForm(deps, click, editTokenModal));
  onAdminClick(app, deps, ids.action.offer, (click) => openForm(deps, click, offerTokenModal));
  onSubmit(app, deps, {
    callbackId: ids.view.edit,
    faultBlock: ids.input.scopes,
    work: (submission) => submitEdit(deps, submission),
  });
  onSubmit(app, deps, {
    callbackId: ids.view.offer,
    faultBlock: ids.input.member,
    work: (submission) => submitOffer(deps, submission),
  });
  onClick(app, deps, allIds.action.takeToken, (click) => openTakeOver(deps, click));
  onSubmit(app, deps, {
    callbackId: ids.view.take,
    faultBlock: null,
    work: (submission) => submitTakeOver(deps, submission),
    faultAs: takeOverFaultWords,
  });
}

/** Opens a form for the clicked token, as it is now. */
async function openForm(
  deps: SlackDeps,
  click: Click,
  draw: (token: TokenRow, page: number) => Parameters<typeof openModal>[2],
): Promise<Reply> {
  const { tokenId, page } = readToken(click.value);
  const { db, now } = deps.context;
  const token = await getToken(db, click.organizationId, tokenId, now());
  if (token === undefined) {
    return { followUp: () => click.tell(refusalWords({ code: "not-found", what: "token" })) };
  }
  return { followUp: () => openModal(deps, click, draw(token, page)) };
}

async function submitEdit(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { tokenId, page, ...shown } = readShownToken(submission.metadata);
  const chosen = endOfDay(submission.value(ids.input.ends, ids.input.ends));
  // The form shows days. An end within a day stays as it is unless another day is chosen.
  const isSameDay = shown.endsAt !== null && chosen !== null && isWithinDay(shown.endsAt, chosen);
  const edited = {
    scopes: submission.values(ids.input.scopes, ids.input.scopes).filter(isScope),
    endsAt: isSameDay ? shown.endsAt : chosen,
  };
  const result = await editToken(deps.context, { ...actingMember(submission), tokenId, shown, edited });
  if (!result.ok) return fieldError(fieldOf(result.refusal), refusalWords(result.refusal));
  return { followUp: () => redrawBelow(deps, submission, { section: "tokens", page }) };
}

const isWithinDay = (at: string, endOfTheDay: string): boolean => {
  const before = Date.parse(endOfTheDay) - Date.parse(at);
  return before >= 0 && before < 86_400_000;
};

const fieldOf = (refusal: Refusal): string =>
  refusal.code === "end-passed" ? ids.input.ends : ids.input.scopes;

async function submitOffer(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { tokenId, page } = offeredToken.read(submission.metadata);
  const memberId = submission.value(ids.input.member, ids.input.member);
  await deps.knowMember(submission.organizationId, memberId);
  const result = await offerToken(deps.context, { ...actingMember(submission), tokenId, memberId });
  if (!result.ok) return fieldError(ids.input.member, offerRefusalWords(result.refusal));
  return { followUp: () => redrawBelow(deps, submission, { section: "tokens", page }) };
}

function offerRefusalWords(refusal: Refusal): string {
  if (refusal.code === "end-passed") return "This token has ended. Set a later last day with Edit first.";
  if (refusal.code === "not-full-members") {
    return "Only active full members of this workspace can take over a token. Choose somebody else.";
  }
  return refusalWords(refusal);
}

/** Asks before it takes over, because the new secret is shown only once. */
async function openTakeOver(deps: SlackDeps, click: Click): Promise<Reply> {
  const { organizationId, userId, triggerId, value } = click;
  const offer = await getTokenOffer(deps.context.db, organizationId, value, userId);
  if (offer === undefined) return { followUp: () => click.tell(refusalWords({ code: "not-offered" })) };
  const modal = takeTokenModal(offer, offerWords(offer));
  return { followUp: () => deps.viewsFor(organizationId).open(triggerId, modal) };
}

async function submitTakeOver(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId: memberId, metadata } = submission;
  const { tokenId } = offeredToken.read(metadata);
  const result = await acceptToken(deps.context, { organizationId, tokenId, memberId });
  if (!result.ok) return replaceModal(noticeModal(takeOverRefusalWords(result.refusal)));
  const { oldUntil, ...made } = result.value;
  return replaceModal(madeTokenModal(made, deps.publicUrl, oldSecretWords(oldUntil)));
}

const takeOverRefusalWords = (refusal: Refusal): string =>
  refusal.code === "end-passed"
    ? "This token has ended, so it can't be taken over. An admin can set a later last day in Settings › API Tokens."
    : refusalWords(refusal);

/** The token may be handed over while nobody saw its new secret. */
function takeOverFaultWords(error: unknown): string {
  if (!mayHaveHappened(error)) return faultWords(error);
  return "Signoff could not confirm this in time, so the new secret is not shown. If the token belongs to you now, ask an admin to offer it to you again: you then get another secret.";
}

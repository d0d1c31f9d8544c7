import type { App } from "@slack/bolt";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import { isScope } from "../../../domain/tokens/scope.ts";
import { listRoleScopes } from "../../../queries/people/get-roles.ts";
import { createToken } from "../../../usecases/tokens/create-token.ts";
import { revokeToken } from "../../../usecases/tokens/revoke-token.ts";
import { actingMember } from "../../kernel/acting-member.ts";
import { pageNumber } from "../../kernel/button-values.ts";
import type { Click } from "../../kernel/click.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import { faultWords, mayHaveHappened } from "../../kernel/faults.ts";
import { openModal } from "../../kernel/modals.ts";
import type { Reply } from "../../kernel/reply.ts";
import {
  fieldError,
  onSubmit,
  replaceModal,
  type Submission,
  type SubmissionReply,
} from "../../kernel/submission.ts";
import { onSuggest } from "../../kernel/suggest.ts";
import { shortName } from "../../words/names.ts";
import { refusalWords } from "../../words/refusals.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { redraw, redrawBelow } from "../settings-listener.ts";
import { listenToTokenChanges } from "./token-changes-listener.ts";
import {
  endOfDay,
  everyProject,
  madeTokenModal,
  newTokenModal,
  searchedTokenScopes,
} from "./token-forms-view.ts";
import { tokenIds as ids } from "./token-ids.ts";
import { readToken } from "./tokens-view.ts";

/** Listens to Settings › API Tokens: the list, **New Token**, **Edit**, **Hand Over**, and **Revoke**. */
export function listenToTokens(app: App, deps: SlackDeps): void {
  for (const actionId of [ids.action.page, ids.action.nextPage]) {
    onAdminClick(app, deps, actionId, async (click) => {
      const page = pageNumber.read(click.value);
      return { followUp: () => redraw(deps, click, { section: "tokens", page }) };
    });
  }
  onAdminClick(app, deps, ids.action.create, async (click) => {
    const modal = newTokenModal(await listRoleScopes(deps.context.db, click.organizationId));
    return { followUp: () => openModal(deps, click, modal) };
  });
  onAdminClick(app, deps, ids.action.revoke, (click) => revoke(deps, click));
  onSubmit(app, deps, {
    callbackId: ids.view.create,
    faultBlock: ids.input.name,
    work: (submission) => submitNewToken(deps, submission),
    faultAs: newTokenFaultWords,
  });
  listenToTokenChanges(app, deps);
  // The projects to choose from, if there are more than a select takes.
  onSuggest(app, deps, {
    actionId: ids.input.project,
    search: async ({ organizationId, typed }) =>
      searchedTokenScopes(await listRoleScopes(deps.context.db, organizationId), typed),
    whenFailed: (typed) => searchedTokenScopes([], typed),
  });
}

async function revoke(deps: SlackDeps, click: Click): Promise<Reply> {
  const { tokenId, page } = readToken(click.value);
  const result = await revokeToken(deps.context, { ...actingMember(click), tokenId });
  if (!result.ok) return { followUp: () => click.tell(refusalWords(result.refusal)) };
  return { followUp: () => redraw(deps, click, { section: "tokens", page }) };
}

/** Turns the form into the token itself, which is shown this once. */
async function submitNewToken(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const project = submission.value(ids.input.project, ids.input.project);
  const end = endOfDay(submission.value(ids.input.ends, ids.input.ends));
  const result = await createToken(deps.context, {
    ...actingMember(submission),
    memberId: submission.userId,
    name: submission.value(ids.input.name, ids.input.name),
    scopes: submission.values(ids.input.scopes, ids.input.scopes).filter(isScope),
    endsAt: end === null ? null : new Date(end),
    projectId: project === "" || project === everyProject ? null : project,
  });
  if (!result.ok) return refuse(submission, result.refusal);
  const { token, text } = result.value;
  return {
    ...replaceModal(madeTokenModal({ ...token, text }, deps.publicUrl)),
    followUp: () => redrawBelow(deps, submission, { section: "tokens" }),
  };
}

/** Shows a refusal at its field, or at the name if the form lacks that field. */
function refuse({ inputs }: Submission, refusal: Refusal): SubmissionReply {
  const wanted = fieldOf(refusal);
  const field = inputs.includes(wanted) ? wanted : ids.input.name;
  return fieldError(field, newTokenRefusalWords(refusal));
}

function fieldOf(refusal: Refusal): string {
  if (refusal.code === "no-scopes") return ids.input.scopes;
  if (refusal.code === "end-passed") return ids.input.ends;
  return refusal.code === "not-found" && refusal.what === "project" ? ids.input.project : ids.input.name;
}

/** The name may be taken by a token whose answer was lost. */
function newTokenRefusalWords(refusal: Refusal): string {
  if (refusal.code !== "name-taken") return refusalWords(refusal);
  return `There is one called ${shortName(refusal.name)} already. Choose another name; if nobody ever saw that token, revoke it.`;
}

/** A token whose answer was lost may be in the list, and nobody can ever use it. */
function newTokenFaultWords(error: unknown): string {
  if (!mayHaveHappened(error)) return faultWords(error);
  return "Signoff could not confirm this in time. If the list shows a token of this name, revoke it: nobody saw it, and nobody can. Then make another one.";
}

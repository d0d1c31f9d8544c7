import type { App } from "@slack/bolt";
import { member } from "../../../domain/shared/actor.ts";
import type { Refusal } from "../../../domain/shared/refusals.ts";
import { isScope } from "../../../domain/tokens/token.ts";
import { listRoleScopes } from "../../../queries/people/get-roles.ts";
import { createToken } from "../../../usecases/tokens/create-token.ts";
import { revokeToken } from "../../../usecases/tokens/revoke-token.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import {
  type Answer,
  type Click,
  faultWords,
  mayHaveHappened,
  onSubmit,
  type Submission,
  type SubmissionAnswer,
  within,
} from "../../kernel/interaction.ts";
import { refusalWords } from "../../words/refusals.ts";
import { shortName } from "../../words/words.ts";
import { onAdminClick } from "../admin-clicks.ts";
import { openOver } from "../open-over.ts";
import { redraw, redrawBeneath } from "../settings-listener.ts";
import { tokenIds as ids } from "./token-ids.ts";
import {
  everyProject,
  madeTokenModal,
  newTokenModal,
  readRevoke,
  searchedTokenScopes,
} from "./tokens-view.ts";

/** Settings › API Tokens: the list, **New Token** and **Revoke**. */
export function listenToTokens(app: App, ports: SlackDeps): void {
  for (const actionId of [ids.action.page, ids.action.nextPage]) {
    onAdminClick(app, ports, actionId, async (click) => {
      return () => redraw(ports, click, { section: "tokens", page: Number(click.value) });
    });
  }
  onAdminClick(app, ports, ids.action.create, async (click) => {
    const modal = newTokenModal(await listRoleScopes(ports.context.db, click.organizationId));
    return () => openOver(ports, click, modal);
  });
  onAdminClick(app, ports, ids.action.revoke, (click) => revoke(ports, click));
  const beneath = async (submission: Submission, answer: SubmissionAnswer) => {
    if (answer?.response_action === "update") await redrawBeneath(ports, submission, { section: "tokens" });
  };
  const create = (submission: Submission) => createFrom(ports, submission);
  onSubmit(app, ports, ids.view.create, ids.input.name, create, beneath, lostWords);
  offerProjects(app, ports);
}

async function revoke(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId } = click;
  const { tokenId, page } = readRevoke(click.value);
  const by = { organizationId, actor: member(userId), surface: "slack" as const };
  const result = await revokeToken(ports.context, { ...by, tokenId });
  if (!result.ok) return () => click.tell(refusalWords(result.refusal));
  return () => redraw(ports, click, { section: "tokens", page });
}

/** The form turns into the token itself, which is shown this once. */
async function createFrom(ports: SlackDeps, submission: Submission): Promise<SubmissionAnswer> {
  const { organizationId, userId } = submission;
  const chosen = submission.value(ids.input.project, ids.input.project);
  const result = await createToken(ports.context, {
    ...{ organizationId, actor: member(userId), surface: "slack", memberId: userId },
    name: submission.value(ids.input.name, ids.input.name),
    scopes: submission.values(ids.input.scopes, ids.input.scopes).filter(isScope),
    projectId: chosen === "" || chosen === everyProject ? null : chosen,
  });
  if (!result.ok) return refused(submission, result.refusal);
  const { token, text } = result.value;
  return { response_action: "update", view: madeTokenModal({ ...token, text }, ports.publicUrl) };
}

function refused({ view }: Submission, refusal: Refusal): SubmissionAnswer {
  const wanted = fieldOf(refusal);
  const field = view.state.values[wanted] === undefined ? ids.input.name : wanted;
  return { response_action: "errors", errors: { [field]: words(refusal) } };
}

function fieldOf(refusal: Refusal): string {
  if (refusal.code === "no-scopes") return ids.input.scopes;
  return refusal.code === "not-found" && refusal.what === "project" ? ids.input.project : ids.input.name;
}

/** A name may be taken by a token that came about while its answer was lost. */
function words(refusal: Refusal): string {
  if (refusal.code !== "name-taken") return refusalWords(refusal);
  return `There is one called ${shortName(refusal.name)} already. Choose another name; if nobody ever saw that token, revoke it.`;
}

/** A token whose answer was lost may stand in the list, and nobody can ever use it. */
function lostWords(error: unknown): string {
  if (!mayHaveHappened(error)) return faultWords(error);
  return "Signoff could not confirm this in time. If the list shows a token of this name, revoke it: nobody saw it, and nobody can. Then make another one.";
}

/** The projects to choose from, where there are more than a select takes. */
function offerProjects(app: App, ports: SlackDeps): void {
  app.options<"block_suggestion">(ids.input.project, async ({ ack, payload, context }) => {
    const search = listRoleScopes(ports.context.db, context.teamId ?? "");
    const places = await within(ports, search).catch((error) => {
      ports.log.error({ err: error }, "projects could not be searched");
      return [];
    });
    await ack({ options: searchedTokenScopes(places, payload.value.slice(0, 200)) });
  });
}

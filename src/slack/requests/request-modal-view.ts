import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { limits } from "../../domain/shared/limits.ts";
import type { IntegrationChoice } from "../../queries/catalog/find-integrations.ts";
import type { PromotionChoice } from "../../queries/requests/get-promotion-choice.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { ids } from "../kernel/ids.ts";
import { button } from "../messages/card.ts";
import { choiceBlocks } from "../messages/comparison.ts";
import { buildWords, context, liveWords } from "../messages/details.ts";
import { refusalWords } from "../words/refusals.ts";
import { cutTo, escaped, escapeWithin, mrkdwn, plain, textLimits } from "../words/text.ts";
import { shortName } from "../words/words.ts";

/** What the modal remembers of what it showed; within the 3,000 characters of private_metadata. */
export type ShownChoice = {
  integrationId: string;
  targetId: string;
  buildId: string;
  shown: string | null;
  replaces: number | null;
  /** Whether a review was said to be needed; a modal of an older version does not say. */
  gated?: boolean;
};

export type RequestModal = {
  choice: PromotionChoice | null;
  /** The open request in the way, if any. */
  open: RequestView | undefined;
  /** Said at the top, for instance after the live build changed. */
  notice?: string;
  /** What was typed so far, kept where the view is drawn anew. */
  message?: string;
};

/** **Request Approval**, or **Promote** where the gate is open (R1). */
export function requestModal(modal: RequestModal): ModalView {
  const { choice, notice } = modal;
  const title = choice === null || choice.gated ? "Request Approval" : "Promote";
  return {
    type: "modal",
    callback_id: ids.view.request,
    title: plain(title, 24),
    submit: plain(submitLabel(choice), 24),
    close: plain("Close", 24),
    private_metadata: choice ? JSON.stringify(remember(choice)) : "",
    blocks: [
      ...(notice === undefined ? [] : [section(`⚠️ *${escapeWithin(notice, 2900)}*`)]),
      integrationInput(choice),
      ...(choice === null
        ? [context("Choose an integration to see what would be promoted.")]
        : stepBlocks(modal, choice)),
      messageInput(modal.message, choice === null || choice.gated),
    ],
  };
}

export function readShown(metadata: string): ShownChoice | null {
  return metadata === "" ? null : (JSON.parse(metadata) as ShownChoice);
}

function remember(choice: PromotionChoice): ShownChoice {
  const open = choice.openRequest;
  return {
    integrationId: choice.integration.id,
    targetId: choice.step?.target.id ?? "",
    buildId: choice.build?.id ?? "",
    shown: choice.shown,
    replaces: open?.replaceable ? open.number : null,
    gated: choice.gated,
  };
}

function submitLabel(choice: PromotionChoice | null): string {
  if (choice?.openRequest?.replaceable) return `Replace #${choice.openRequest.number}`;
  return choice === null || choice.gated ? "Request Approval" : "Promote";
}

export function integrationOption(choice: IntegrationChoice): PlainTextOption {
  return option(`${shortName(choice.name)} · ${shortName(choice.projectName)}`, choice.id);
}

/** Stands in the list of integrations where they could not be searched: an empty one would say that there are none. */
export const searchFailed = option("Signoff could not search. Try again in a moment.", "search-failed");

function option(text: string, value: string): PlainTextOption {
  return { text: plain(text, textLimits.option), value };
}

function integrationInput(choice: PromotionChoice | null): InputBlock {
  const chosen =
    choice &&
    option(
      `${shortName(choice.integration.name)} · ${shortName(choice.project.name)}`,
      choice.integration.id,
    );
  return {
    type: "input",
    block_id: ids.block.integration,
    dispatch_action: true,
    label: plain("Integration"),
    element: {
      type: "external_select",
      action_id: ids.action.pickIntegration,
      placeholder: plain("Type to search"),
      min_query_length: 0,
      ...(chosen ? { initial_option: chosen } : {}),
    },
  };
}

function stepBlocks({ open }: RequestModal, choice: PromotionChoice): KnownBlock[] {
  const { step, problem, build } = choice;
  const trouble = problem === null ? [] : [section(`⚠️ ${escaped(refusalWords(problem))}`)];
  if (step === null) return trouble;
  return [
    targetInput(choice, step),
    {
      type: "section",
      fields: [
        mrkdwn(
          `*${choice.gated ? "Build to approve" : "Build to promote"}*\n${sourceWords(choice.build, step.source.name)}`,
        ),
        mrkdwn(
          `*Live in ${escapeWithin(shortName(step.target.name), 300)} now*\n${liveWords(choice.liveInTarget)}`,
        ),
      ],
    },
    ...(build === null ? [] : choiceBlocks({ ...choice, build, target: step.target })),
    ...trouble,
    ...openBlocks(choice, open),
    ...hints(choice, step),
  ];
}

function sourceWords(build: PromotionChoice["build"], source: string): string {
  const name = escapeWithin(shortName(source), 300);
  return build ? `${buildWords(build)}\n_live in ${name}_` : `Nothing is live in ${name} yet`;
}

/** One input for source and target: the steps of the pipeline. Its block_id follows the integration, so that it starts anew with it. */
function targetInput(choice: PromotionChoice, step: NonNullable<PromotionChoice["step"]>): InputBlock {
  const options = choice.steps.slice(0, 100).map(({ source, target }) => stepOption(source.name, target));
  return {
    type: "input",
    block_id: targetBlock(choice.integration.id),
    dispatch_action: true,
    label: plain("From → to"),
    element: {
      type: "static_select",
      action_id: ids.action.pickTarget,
      options,
      initial_option: stepOption(step.source.name, step.target),
    },
  };
}

export const targetBlock = (integrationId: string): string => `${ids.block.target}:${integrationId}`;

function stepOption(source: string, target: { id: string; name: string }): PlainTextOption {
  return option(`${cutTo(shortName(source), 34)} → ${cutTo(shortName(target.name), 36)}`, target.id);
}

function openBlocks(choice: PromotionChoice, open: RequestView | undefined): KnownBlock[] {
  const { openRequest } = choice;
  if (openRequest === null) return [];
  const { number, replaceable } = openRequest;
  const words = refusalWords(
    { code: "open-request", number, replaceable: false, workflowOff: !choice.gated },
    open,
  );
  const replace =
    replaceable && open
      ? ` Submit to replace it: #${number} asks for ${shortName(open.build.version)}, and another build is live in ${shortName(open.source.name)} now.`
      : "";
  return [
    {
      type: "section",
      text: mrkdwn(`⏳ ${escapeWithin(words + replace, 2900)}`),
      accessory: button(ids.action.details, "View", number, {
        accessibility_label: `View request ${number}`,
      }),
    },
  ];
}

function hints(choice: PromotionChoice, step: NonNullable<PromotionChoice["step"]>): KnownBlock[] {
  const target = escapeWithin(shortName(step.target.name), 300);
  const blocks: KnownBlock[] = [];
  if (step.target.critical) blocks.push(context(`❗ ${target} is a critical environment.`));
  if (choice.deploymentRunning) {
    blocks.push(
      context(
        `⚠️ A deployment to ${target} is running. ${choice.gated ? "" : "Submit only if that is all right."}`,
      ),
    );
  }
  const possible = choice.problem === null && choice.openRequest === null;
  if (!choice.gated && possible) blocks.push(context("No review is needed here: Promote acts at once."));
  return blocks;
}

function messageInput(message: string | undefined, gated: boolean): InputBlock {
  const hint = gated
    ? "What reviewers should know: what changes, how it was tested, when it should go out."
    : "What changes and why. It is kept with the promotion.";
  return {
    type: "input",
    block_id: ids.block.message,
    optional: true,
    label: plain("Message"),
    hint: plain(hint),
    element: {
      type: "plain_text_input",
      action_id: ids.input.message,
      multiline: true,
      max_length: limits.message,
      ...(message ? { initial_value: message } : {}),
    },
  };
}

const section = (text: string): KnownBlock => ({ type: "section", text: mrkdwn(text) });

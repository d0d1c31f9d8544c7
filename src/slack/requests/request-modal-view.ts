import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import { limits } from "../../domain/shared/limits.ts";
import type { IntegrationChoice } from "../../queries/catalog/find-integrations.ts";
import type { PromotionChoice } from "../../queries/requests/get-promotion-choice.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import {
  button,
  context,
  fieldsSection,
  modal,
  option,
  optionsPerSelect,
  searchSelect,
  section,
} from "../blocks/blocks.ts";
import { input, textInput } from "../blocks/inputs.ts";
import { warning } from "../blocks/notice-modal.ts";
import { metadataCodec } from "../kernel/codec.ts";
import { ids } from "../kernel/ids.ts";
import { requestValue } from "../messages/card-value.ts";
import { choiceBlocks } from "../messages/comparison-blocks.ts";
import { buildWords, liveWords } from "../messages/request-blocks.ts";
import { unknownAttemptWords } from "../words/comparison-words.ts";
import { shortName } from "../words/names.ts";
import { refusalWords } from "../words/refusals.ts";
import { cutTo, escapeWithin } from "../words/text.ts";

const shownChoice = z.object({
  integrationId: z.string(),
  targetId: z.string(),
  buildId: z.string(),
  /** The fingerprint of the rest of what the person saw (R9). */
  shown: z.string().nullable(),
  replaces: z.int().nullable(),
  /** Whether the modal said that a review is needed. A modal of an older version does not have it. */
  gated: z.boolean().exactOptional(),
});

/** What the modal carries along about what it showed; nothing while no integration is chosen. */
const { write: writeShown, read: readShown } = metadataCodec(shownChoice.optional());

export { readShown };

export type ShownChoice = z.infer<typeof shownChoice>;

export type RequestModal = {
  choice: PromotionChoice | null;
  /** The open request for the same target, if any. */
  open: RequestView | undefined;
  /** A warning at the top, for instance that the live build changed. */
  notice?: string;
  /** What the person typed so far. */
  message?: string;
};

type Step = NonNullable<PromotionChoice["step"]>;

/** Returns **Request Approval**, or **Promote** where no review is needed (R1). */
export function requestModal({ choice, open, notice, message }: RequestModal): ModalView {
  const gated = choice === null || choice.gated;
  return modal({
    callbackId: ids.view.request,
    title: gated ? "Request Approval" : "Promote",
    submit: submitLabel(choice),
    metadata: writeShown(choice ? shownOf(choice) : undefined),
    blocks: [
      ...(notice === undefined ? [] : [warning(notice)]),
      integrationInput(choice),
      ...(choice === null
        ? [context("Choose an integration to see what would be promoted.")]
        : stepBlocks(choice, open)),
      messageInput(message, gated),
    ],
  });
}

function shownOf(choice: PromotionChoice): ShownChoice {
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

/** Returns an option of the select of integrations: "Orders Sync · Commerce". */
export const integrationOption = ({
  id,
  name,
  projectName,
}: Pick<IntegrationChoice, "id" | "name" | "projectName">): PlainTextOption =>
  option({ text: `${shortName(name)} · ${shortName(projectName)}`, value: id });

/** The only option where the search failed: an empty list would say that there are no integrations. */
export const searchFailed = option({
  text: "Signoff could not search. Try again in a moment.",
  value: "search-failed",
});

function integrationInput(choice: PromotionChoice | null): InputBlock {
  const chosen =
    choice === null
      ? undefined
      : integrationOption({ ...choice.integration, projectName: choice.project.name });
  return input(
    { id: ids.block.integration, label: "Integration", dispatch: true },
    searchSelect({ actionId: ids.action.pickIntegration, placeholder: "Type to search", chosen }),
  );
}

function stepBlocks(choice: PromotionChoice, open: RequestView | undefined): KnownBlock[] {
  const { step, problem, build } = choice;
  const problemBlocks = problem === null ? [] : [section(`⚠️ ${escapeWithin(refusalWords(problem), 2900)}`)];
  if (step === null) return problemBlocks;
  const target = escapeWithin(shortName(step.target.name), 300);
  return [
    targetInput(choice, step),
    fieldsSection([
      `*${choice.gated ? "Build to approve" : "Build to promote"}*\n${sourceWords(build, step.source.name)}`,
      `*Live in ${target} now*\n${liveWords(choice.liveInTarget)}`,
    ]),
    ...(build === null ? [] : choiceBlocks({ ...choice, build, target: step.target })),
    ...problemBlocks,
    ...openRequestBlocks(choice, open),
    ...hintBlocks(choice, step),
  ];
}

function sourceWords(build: PromotionChoice["build"], source: string): string {
  const name = escapeWithin(shortName(source), 300);
  return build ? `${buildWords(build)}\nlive in ${name}` : `Nothing is live in ${name} yet`;
}

/** Returns one input for source and target: the steps of the pipeline. */
function targetInput({ integration, steps }: PromotionChoice, step: Step): InputBlock {
  const options = steps
    .slice(0, optionsPerSelect)
    .map(({ source, target }) => stepOption(source.name, target));
  return input(
    { id: targetBlock(integration.id), label: "From → to", dispatch: true },
    {
      type: "static_select",
      action_id: ids.action.pickTarget,
      options,
      initial_option: stepOption(step.source.name, step.target),
    },
  );
}

/** Returns a block id for each integration: Slack keeps what was chosen under the same id, even where it no longer applies. */
export const targetBlock = (integrationId: string): string => `${ids.block.target}:${integrationId}`;

const stepOption = (source: string, target: { id: string; name: string }): PlainTextOption =>
  option({
    text: `${cutTo(shortName(source), 34)} → ${cutTo(shortName(target.name), 36)}`,
    value: target.id,
  });

function openRequestBlocks(choice: PromotionChoice, open: RequestView | undefined): KnownBlock[] {
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
  const value = open === undefined ? number : requestValue(open);
  const view = button(ids.action.details, "View", value, { label: `View request ${number}` });
  return [section(`⏳ ${escapeWithin(words + replace, 2900)}`, view)];
}

function hintBlocks(choice: PromotionChoice, { target }: Step): KnownBlock[] {
  const name = escapeWithin(shortName(target.name), 300);
  const runningAdvice = choice.gated ? "" : "Submit only if that is all right.";
  const promotesAtOnce = !choice.gated && choice.problem === null && choice.openRequest === null;
  return [
    ...(target.critical ? [context(`❗ ${name} is a critical environment.`)] : []),
    ...(choice.deploymentRunning ? [context(`⚠️ A deployment to ${name} is running. ${runningAdvice}`)] : []),
    ...(choice.attemptUnknown === true && !choice.gated
      ? [context(`⚠️ ${escapeWithin(unknownAttemptWords(target), 500)}. ${runningAdvice}`)]
      : []),
    ...(promotesAtOnce ? [context("No review is needed here: Promote acts at once.")] : []),
  ];
}

function messageInput(message: string | undefined, gated: boolean): InputBlock {
  return textInput({
    id: ids.block.message,
    actionId: ids.input.message,
    label: "Message",
    hint: gated
      ? "What reviewers should know: what changes, how it was tested, when it should go out."
      : "What changes and why. It is kept with the promotion.",
    limit: limits.message,
    multiline: true,
    optional: true,
    value: message ?? "",
  });
}

import type { Button, PlainTextOption, StaticSelect } from "@slack/types";
import { z } from "zod";
import { assertNever } from "../../domain/shared/result.ts";
import type { EnvironmentCard, IntegrationCards, StepAction } from "../../queries/catalog/get-overview.ts";
import { button, option, optionsPerSelect } from "../blocks/blocks.ts";
import { textCodec } from "../kernel/codec.ts";
import { ids } from "../kernel/ids.ts";
import { requestValue } from "../messages/card-value.ts";
import { shortName } from "../words/names.ts";
import { cutTo, plain, textLimits } from "../words/text.ts";

/** An environment from which there is something to do. */
export type ActionableCard = EnvironmentCard & { action: StepAction };

export const isActionable = (card: EnvironmentCard): card is ActionableCard => card.action !== null;

function verb(action: StepAction): string {
  switch (action.kind) {
    case "request":
      return "Request to Promote";
    case "promote-at-once":
      return "Promote";
    case "cancel":
      return "Cancel Request";
    case "promote":
      return `Promote #${action.number}`;
    case "view":
      return `View #${action.number}`;
    default:
      return assertNever(action);
  }
}

const targetName = (card: EnvironmentCard): string => shortName(card.next?.target.name ?? "");

/** Returns the button for the next step from an environment. */
export function stepButton(integration: IntegrationCards, card: ActionableCard): Button {
  const { action } = card;
  const { actionId, value } = clickOf(integration, card);
  const isPrimary = action.kind === "promote" || action.kind === "promote-at-once";
  return button(actionId, verb(action), value, {
    label: `${verb(action)}: ${cutTo(shortName(integration.name), 24)} to ${targetName(card)}`,
    ...(isPrimary ? { style: "primary" } : {}),
  });
}

/** Returns the same button with its target in the text, for where no block beside it names the environment. */
export function stepButtonWithTarget(integration: IntegrationCards, card: ActionableCard): Button {
  const text = plain(`${verb(card.action)} → ${targetName(card)}`, textLimits.button);
  return { ...stepButton(integration, card), text };
}

function clickOf(integration: IntegrationCards, card: ActionableCard): { actionId: string; value: string } {
  const { action } = card;
  switch (action.kind) {
    case "request":
    case "promote-at-once":
      return { actionId: ids.action.startStep, value: stepValue(integration, card) };
    case "cancel":
      return { actionId: ids.action.cancel, value: requestValue(action) };
    case "promote":
      return { actionId: ids.action.promote, value: requestValue(action) };
    case "view":
      return { actionId: ids.action.details, value: requestValue(action) };
    default:
      return assertNever(action);
  }
}

/** The integration and the target of a step. Two ids, not JSON: the value of an option has at most 75 characters. */
export const stepCodec = textCodec(z.object({ integrationId: z.guid(), targetId: z.guid() }), {
  format: ({ integrationId, targetId }) => `${integrationId}/${targetId}`,
  parse: (text) => {
    const [integrationId, targetId] = text.split("/");
    return { integrationId, targetId };
  },
});

const stepValue = ({ id }: IntegrationCards, card: EnvironmentCard): string =>
  stepCodec.write({ integrationId: id, targetId: card.next?.target.id ?? "" });

/** The action on a request that an option begins with. Any other option starts a request. */
const requestActions = ["cancel", "promote", "view"] as const;

/** Returns a select of the next steps, for where several environments have one. */
export function stepSelect(integration: IntegrationCards, cards: readonly ActionableCard[]): StaticSelect {
  const options = cards.slice(0, optionsPerSelect).map((card): PlainTextOption => {
    const { action } = card;
    const value =
      "number" in action
        ? `${action.kind}/${action.number}/${action.identity}`
        : stepValue(integration, card);
    return option({ text: `${verb(action)} → ${targetName(card)}`, value });
  });
  return {
    type: "static_select",
    action_id: ids.action.pickStep,
    placeholder: plain(`${cutTo(shortName(integration.name), 60)}: what to do next`, 150),
    options,
  };
}

/**
 * Returns which button an option stands for, and its value, which is not checked yet. The previous version reads the
 * number of a request and leaves out the identity.
 */
export function readPick(value: string): { kind: StepAction["kind"]; value: string } {
  const [first = "", number = "", ...identity] = value.split("/");
  const kind = requestActions.find((action) => action === first);
  return kind === undefined ? { kind: "request", value } : { kind, value: [number, ...identity].join(" ") };
}

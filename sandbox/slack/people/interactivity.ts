import type { PlacedElement } from "../checks/elements.ts";
import { list, optionsOf, placedElements, stateAfter, textOf } from "../checks/elements.ts";
import { validateOptions } from "../checks/validate-blocks.ts";
import type { StandIn } from "../stand-in.ts";
import type {
  BotAnswer,
  Json,
  Option,
  StandInEphemeral,
  StandInMessage,
  StandInView,
  StateValues,
  Target,
} from "../types.ts";
import type { Workspace } from "../workspace.ts";
import { actor, showSlackbotError } from "./commands.ts";
import { notSent } from "./deliver.ts";
import type { ReplyTo } from "./grants.ts";
import {
  actionObject,
  messageContainer,
  messageObject,
  origin,
  stateObject,
  viewObject,
} from "./payloads.ts";

export const connectionTrouble = "We had some connectionTrouble connecting. Try again?";

/** The surface that a person acts on: its blocks and its part of the payload. */
type Surface = {
  blocks: Json[];
  values: StateValues;
  payload: () => Json;
  viewId?: string;
  failed: (error: string) => void;
};

/**
 * Returns the element that a person means.
 * @throws if the person cannot see it
 */
function findElement(blocks: Json[], { actionId, value, blockId }: Target): PlacedElement {
  const sameId = placedElements(blocks).filter(
    (placed) => placed.actionId === actionId && (blockId ?? placed.blockId) === placed.blockId,
  );
  const found = sameId.filter(({ element }) => {
    if (value === undefined) return true;
    if (element.type === "button") return element.value === value;
    const offered = optionsOf(element);
    return offered.length === 0 || offered.some((option) => option.value === value);
  });
  const [first, second] = found;
  if (first === undefined) {
    const present = placedElements(blocks).map((p) => `${p.actionId}=${textOf(p.element.value)}`);
    throw new Error(
      `no ${actionId}${value === undefined ? "" : ` with value ${value}`} here; there is: ${present.join(", ")}`,
    );
  }
  if (second !== undefined && value === undefined && first.element.value !== second.element.value)
    throw new Error(`several elements have the action_id ${actionId}: say which value`);
  if (second !== undefined && first.element.type !== "button")
    throw new Error(`several elements have the action_id ${actionId}: say which block_id`);
  return first;
}

async function sendAction(
  standIn: StandIn,
  userId: string,
  surface: Surface,
  placed: PlacedElement,
  done: Parameters<typeof actionObject>[1],
) {
  const { workspace, manifest, grants } = standIn;
  if (!manifest.interactivity) {
    const words = "interactivity is off in the manifest: nothing is sent to the bot";
    workspace.violate("block_actions", "interactivityOff", words);
    surface.failed("This app is not configured to handle interactive responses");
    return notSent("interactivity_off");
  }
  const answer = await standIn.deliver.interaction({
    type: "block_actions",
    ...origin(workspace, actor(standIn, userId)),
    trigger_id: grants.trigger(userId, surface.viewId),
    ...surface.payload(),
    actions: [actionObject(placed, done, workspace.nextTs())],
  });
  if (answer.error !== undefined) surface.failed(answer.error);
  else if (answer.body !== "" && answer.body !== null)
    workspace.violate("block_actions", "answerFormat", "Slack takes no body in the answer to block_actions");
  return answer;
}

/** Presses a button, or selects an option of a select or overflow, on a surface. */
export function press(
  standIn: StandIn,
  userId: string,
  surface: Surface,
  target: Target,
): Promise<BotAnswer> {
  const placed = findElement(surface.blocks, target);
  const { element } = placed;
  if (element.type === "button") return sendAction(standIn, userId, surface, placed, {});
  const option = optionsOf(element).find((candidate) => candidate.value === target.value);
  if (element.type === "overflow" && option !== undefined)
    return sendAction(standIn, userId, surface, placed, { option });
  const state = stateAfter(element, target.value ?? "", []);
  surface.values[placed.blockId] = { ...surface.values[placed.blockId], [placed.actionId]: state };
  return sendAction(standIn, userId, surface, placed, { state });
}

/** Returns a message or an ephemeral message as a surface. */
export function messageSurface(
  standIn: StandIn,
  userId: string,
  shown: StandInMessage | StandInEphemeral,
): Surface {
  const { workspace, grants, faults } = standIn;
  const isEphemeral = "id" in shown;
  const channel = workspace.channels.get(shown.channel);
  const to: ReplyTo = {
    userId,
    channel: shown.channel,
    ...(isEphemeral ? { ephemeralId: shown.id } : { messageTs: shown.ts }),
  };
  return {
    blocks: shown.blocks,
    values: shown.values,
    failed: (error) =>
      showSlackbotError(standIn, userId, shown.channel, `Your click failed with the error "${error}"`),
    payload: () => ({
      container: messageContainer(shown, isEphemeral),
      channel: { id: shown.channel, name: channel?.kind === "private" ? "privategroup" : channel?.name },
      // Slack omits the message for ephemerals.
      ...(!isEphemeral && { message: messageObject(workspace, shown, false) }),
      response_url: standIn.responseUrl(grants.reply(to)),
      // A view contains its own state.
      ...stateObject(shown.values, faults.sentState),
    }),
  };
}

/** Returns a modal or a Home as a surface. */
export function viewSurface({ workspace, faults }: StandIn, view: StandInView): Surface {
  return {
    blocks: view.blocks,
    values: view.values,
    viewId: view.id,
    failed: () => {
      view.problem = connectionTrouble;
      workspace.views.changed(view);
    },
    payload: () => ({
      container: { type: "view", view_id: view.id },
      view: viewObject(workspace, view, stateObject(view.values, faults.sentState)),
    }),
  };
}

/**
 * Returns this person's top modal, or else their Home.
 * @throws if neither shows the element
 */
export function viewWith({ workspace }: StandIn, userId: string, actionId: string): StandInView {
  const view = workspace.views.top(userId) ?? workspace.views.home(userId);
  if (view !== undefined && placedElements(view.blocks).some((placed) => placed.actionId === actionId))
    return view;
  const present =
    view === undefined
      ? "no view is open"
      : placedElements(view.blocks)
          .map((p) => p.actionId)
          .join(", ");
  throw new Error(`${actionId} is not in front of ${userId}: ${present}`);
}

const suggestionKey = (view: StandInView, placed: PlacedElement) =>
  `${view.id} ${placed.blockId} ${placed.actionId}`;

/** @throws if a selected person or channel is not in the workspace, because no list would offer it */
function checkIds(workspace: Workspace, element: Json, value: string | string[]): void {
  const type = textOf(element.type);
  for (const id of [value].flat().filter((one) => one !== "")) {
    if (type.endsWith("users_select") && workspace.person(id) === undefined)
      throw new Error(`nobody has the id ${id}`);
    const isChannel = type.endsWith("channels_select") || type.endsWith("conversations_select");
    if (isChannel && !workspace.channels.has(id) && workspace.person(id) === undefined)
      throw new Error(`no channel has the id ${id}`);
  }
}

/** Types or selects without notifying the bot. Returns the surface and the changed element. */
export function setValue(
  { workspace }: StandIn,
  view: StandInView,
  target: Target,
  value: string | string[],
) {
  const placed = findElement(view.blocks, target);
  checkIds(workspace, placed.element, value);
  const suggested = workspace.views.suggested.get(suggestionKey(view, placed)) ?? [];
  const state = stateAfter(placed.element, value, suggested);
  view.values[placed.blockId] = { ...view.values[placed.blockId], [placed.actionId]: state };
  delete view.errors[placed.blockId];
  workspace.views.changed(view);
  return { placed, state };
}

/** Selects in the top view. The bot is notified only if the element dispatches actions. */
export async function choose(
  standIn: StandIn,
  userId: string,
  target: Target,
  value: string | string[],
): Promise<BotAnswer> {
  const view = viewWith(standIn, userId, target.actionId);
  // If several selects share an action_id, the one that offers the value is meant.
  const meant = typeof value === "string" && value !== "" ? { value, ...target } : target;
  await offer(standIn, userId, view, meant, value);
  const { placed, state } = setValue(standIn, view, meant, value);
  if (placed.inInput && placed.block.dispatch_action !== true) return notSent("not_dispatched");
  return sendAction(standIn, userId, viewSurface(standIn, view), placed, { state });
}

/** Loads the options of an external select before one is chosen, as opening its list does. */
export async function offer(
  standIn: StandIn,
  userId: string,
  view: StandInView,
  target: Target,
  value: string | string[],
) {
  const placed = findElement(view.blocks, target);
  if (!textOf(placed.element.type).endsWith("external_select")) return;
  const offered = standIn.workspace.views.suggested.get(suggestionKey(view, placed)) ?? [];
  const values = [value].flat();
  if (values.every((item) => offered.some((option) => option.value === item))) return;
  await suggest(standIn, userId, { actionId: placed.actionId, blockId: placed.blockId }, "");
}

/**
 * Types into an external select: asks the bot for options and stores them. Returns none if fewer characters
 * than min_query_length (default 3) were typed, or if the bot's response was invalid.
 * Source: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
 */
export async function suggest(
  standIn: StandIn,
  userId: string,
  target: Target,
  typed: string,
): Promise<Option[]> {
  const { workspace } = standIn;
  const { actionId } = target;
  const view = viewWith(standIn, userId, actionId);
  const placed = findElement(view.blocks, target);
  if (!textOf(placed.element.type).endsWith("external_select"))
    throw new Error(`${actionId} is not an external select`);
  const minimum = placed.element.min_query_length;
  if (typed.length < (typeof minimum === "number" ? minimum : 3)) return [];
  const answer = await standIn.deliver.interaction({
    type: "block_suggestion",
    ...origin(workspace, actor(standIn, userId)),
    container: { type: "view", view_id: view.id },
    // Slack does not send what is chosen: https://github.com/slackapi/bolt-js/issues/1146
    view: viewObject(workspace, view, stateObject({})),
    action_id: actionId,
    block_id: placed.blockId,
    value: typed,
  });
  const options = answer.error === undefined ? suggestedOptions(standIn, answer.body) : [];
  workspace.views.suggested.set(suggestionKey(view, placed), options);
  return options;
}

function suggestedOptions({ workspace }: StandIn, body: unknown): Option[] {
  const answer = (body ?? {}) as Json;
  const problems = Array.isArray(answer.option_groups)
    ? list(answer.option_groups).flatMap((group) => validateOptions(group.options))
    : validateOptions(answer.options);
  for (const { message, pointer, rule } of problems)
    workspace.violate("block_suggestion", rule, `${message} [json-pointer:${pointer}]`);
  return problems.length > 0 ? [] : optionsOf(answer);
}

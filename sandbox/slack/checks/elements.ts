import type { ElementState, Json, Option, StateValues } from "../types.ts";

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
export const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** An interactive element and its position. */
export type PlacedElement = {
  block: Json;
  element: Json;
  blockId: string;
  actionId: string;
  inInput: boolean;
};

/** Returns every element with an action_id in these blocks, in reading order. */
export function placedElements(blocks: Json[]): PlacedElement[] {
  return blocks.flatMap((block) => {
    const inInput = block.type === "input";
    const found = inInput
      ? list([block.element])
      : [...list([block.accessory]), ...(block.type === "actions" ? list(block.elements) : [])];
    return found
      .filter((element) => typeof element.action_id === "string")
      .map((element) => ({
        block,
        element,
        blockId: textOf(block.block_id),
        actionId: textOf(element.action_id),
        inInput,
      }));
  });
}

/** Returns all options of a select, radio group, checkbox group, or overflow, with groups flattened. */
export function optionsOf(source: Json): Option[] {
  const grouped = list(source.option_groups).flatMap((group) => list(group.options));
  return [...list(source.options), ...grouped] as Option[];
}

// How each stateful element stores its value: the key in its state, and the key of its initial value.
const stateKeys: Record<string, readonly [key: string, initial: string]> = {
  plain_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  checkboxes: ["selected_options", "initial_options"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  users_select: ["selected_user", "initial_user"],
  multi_users_select: ["selected_users", "initial_users"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  channels_select: ["selected_channel", "initial_channel"],
  multi_channels_select: ["selected_channels", "initial_channels"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
};

/** Returns the key of the value in an element's state. Undefined for buttons and overflows. */
export const stateKey = (element: Json): string | undefined => stateKeys[textOf(element.type)]?.[0];

const isMany = (key: string) => key.endsWith("s");

/** Returns the state of an untouched element, in Slack's format. */
function initialState(element: Json): ElementState | undefined {
  const keys = stateKeys[textOf(element.type)];
  if (keys === undefined) return undefined;
  const [key, initial] = keys;
  return { type: textOf(element.type), [key]: element[initial] ?? (isMany(key) ? [] : null) };
}

/**
 * Returns the state of new blocks. A typed or selected value is kept if block_id, action_id, and type are the
 * same. Source: https://docs.slack.dev/surfaces/modals#updating_views
 */
export function stateOf(blocks: Json[], before: StateValues = {}): StateValues {
  const values: StateValues = {};
  for (const { element, blockId, actionId } of placedElements(blocks)) {
    const initial = initialState(element);
    if (initial === undefined) continue;
    const old = before[blockId]?.[actionId];
    const row = values[blockId] ?? {};
    row[actionId] = old !== undefined && old.type === initial.type ? old : initial;
    values[blockId] = row;
  }
  return values;
}

/**
 * Returns the state after a person selected or typed something. `suggested` lists the last options of an
 * external select.
 * @throws if the option is not offered, because a person could not select it
 */
export function stateAfter(element: Json, value: string | string[], suggested: Option[]): ElementState {
  const key = stateKey(element);
  if (key === undefined) throw new Error(`${textOf(element.type)} holds no value`);
  const type = textOf(element.type);
  const chosen = (Array.isArray(value) ? value : [value]).filter((item) => !isMany(key) || item !== "");
  const maxItems = element.max_selected_items;
  if (typeof maxItems === "number" && chosen.length > maxItems)
    throw new Error(`${textOf(element.action_id)} takes at most ${maxItems}`);
  if (!key.startsWith("selected_option")) {
    const single = key === "selected_date_time" ? Number(chosen[0]) : chosen[0];
    return { type, [key]: isMany(key) ? chosen : single === "" ? null : single };
  }
  const initial = list([element.initial_option, ...list(element.initial_options)]) as Option[];
  const offered = [...optionsOf(element), ...suggested, ...initial];
  const options = chosen
    .filter((item) => item !== "")
    .map((item) => {
      const option = offered.find((candidate) => candidate.value === item);
      if (option !== undefined) return option;
      throw new Error(
        `no option "${item}" in ${textOf(element.action_id)}: ${offered.map((o) => o.value).join(", ")}`,
      );
    });
  return { type, [key]: isMany(key) ? options : (options[0] ?? null) };
}

/** Returns whether a person left this element empty. */
export function isEmpty(state: ElementState | undefined): boolean {
  if (state === undefined) return true;
  const value = Object.entries(state).find(([key]) => key !== "type")?.[1];
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

import { z } from "zod";
import { stripUnstorable } from "../../domain/shared/storable-text.ts";
import { escaped, unescaped } from "../words/text.ts";

/** What is typed and chosen in a view. */
export type FormValues = {
  /** Returns the text typed in a block, or the value chosen in it; empty if there is none. */
  value(blockId: string, actionId: string): string;
  /** Returns every value chosen in a block that takes several. */
  values(blockId: string, actionId: string): string[];
};

const optionState = z.object({ value: z.string().nullish() }).nullish();
const textState = z.string().nullish();

/**
 * The parts of an element's state that hold a value: https://docs.slack.dev/reference/views#view-state. A part of another
 * type counts as absent.
 */
const elementState = z.object({
  type: textState.catch(undefined),
  value: textState.catch(undefined),
  selected_option: optionState.catch(undefined),
  selected_options: z.array(optionState).nullish().catch(undefined),
  selected_user: textState.catch(undefined),
  selected_users: z.array(z.string()).nullish().catch(undefined),
  selected_date: textState.catch(undefined),
  selected_channel: textState.catch(undefined),
  selected_conversation: textState.catch(undefined),
});

export type ElementState = z.infer<typeof elementState>;

/** The state of elements, by block_id and action_id. */
type State = Record<string, Record<string, ElementState>>;

/** Returns the state of an element, or of the element in an action. Empty if there is none in it. */
export function readElementState(element: unknown): ElementState {
  const read = elementState.safeParse(element);
  return read.success ? read.data : {};
}

/**
 * Returns the values of one element without empty ones and without characters that the database cannot store. Slack
 * escapes what a person types, but not the value of a button.
 */
export function elementValues(state: ElementState): string[] {
  const options = [state.selected_option, ...(state.selected_options ?? [])];
  const typed = state.type === "button" ? state.value : unescaped(state.value ?? "");
  const single = [
    ...[typed, state.selected_user, state.selected_date, state.selected_channel],
    state.selected_conversation,
  ];
  const all = [...single, ...(state.selected_users ?? []), ...options.map((option) => option?.value)];
  return all
    .filter((value): value is string => typeof value === "string" && value !== "")
    .map(stripUnstorable);
}

/** A `state` as Slack sends it. Where nothing is in it, `values` is an empty array. */
const sentState = z.object({ values: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** Returns a `state` that Slack sent; empty if it is missing or has no values. */
export function readState(state: unknown): State {
  const read = sentState.safeParse(state);
  if (!read.success) return {};
  return mapValues(read.data.values, (elements) => mapValues(elements, readElementState));
}

/** Returns a state as the listeners ask for it. */
export function formValues(state: State): FormValues {
  const values = (blockId: string, actionId: string): string[] => {
    const element = state[blockId]?.[actionId];
    return element === undefined ? [] : elementValues(element);
  };
  return { values, value: (blockId, actionId) => values(blockId, actionId)[0] ?? "" };
}

const initialElement = z.looseObject({ type: z.string(), action_id: z.string() });
const sentBlock = z.object({
  type: z.string(),
  block_id: z.string(),
  element: z.unknown().optional(),
  accessory: z.unknown().optional(),
  elements: z.array(z.unknown()).optional().catch(undefined),
});

/**
 * Returns what a view was drawn with: the initial values in its blocks. Slack sends a search for options with a state
 * that is empty or outdated: https://github.com/slackapi/bolt-js/issues/1146
 */
export function readDrawn(blocks: unknown): State {
  return mapValues(
    Object.fromEntries(readBlocks(blocks).map((block) => [block.block_id, block])),
    (block) => {
      const elements = [block.element, block.accessory, ...(block.elements ?? [])].flatMap((element) => {
        const read = initialElement.safeParse(element);
        return read.success ? [[read.data.action_id, initialState(read.data)] as const] : [];
      });
      return Object.fromEntries(elements);
    },
  );
}

/** Returns the ids of the input blocks of a view, in their order. */
export const readInputs = (blocks: unknown): string[] =>
  readBlocks(blocks).flatMap((block) => (block.type === "input" ? [block.block_id] : []));

function readBlocks(blocks: unknown) {
  return (Array.isArray(blocks) ? blocks : []).flatMap((block: unknown) => {
    const read = sentBlock.safeParse(block);
    return read.success ? [read.data] : [];
  });
}

const initialState = (element: z.infer<typeof initialElement>): ElementState =>
  readElementState({
    type: element.type,
    value: escapedText(element.initial_value),
    selected_option: element.initial_option,
    selected_options: element.initial_options,
    selected_user: element.initial_user,
    selected_users: element.initial_users,
    selected_date: element.initial_date,
    selected_channel: element.initial_channel,
    selected_conversation: element.initial_conversation,
  });

/** A drawn text is Signoff's own. It is read like one that a person typed. */
const escapedText = (text: unknown): unknown => (typeof text === "string" ? escaped(text) : text);

function mapValues<From, To>(record: Record<string, From>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

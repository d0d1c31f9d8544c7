import { stripUnstorable } from "../../domain/shared/storable-text.ts";

/** What is typed and chosen in a view. */
export type FormValues = {
  /** Returns the text typed in a block, or the value chosen in it; empty if there is none. */
  value(blockId: string, actionId: string): string;
  /** Returns every value chosen in a block that takes several. */
  values(blockId: string, actionId: string): string[];
};

/** The parts of an element's state that hold a value: https://docs.slack.dev/reference/views#view-state */
export type ElementState = {
  value?: string | null | undefined;
  selected_option?: { value?: string | undefined } | null | undefined;
  selected_options?: readonly { value?: string | undefined }[] | null | undefined;
  selected_user?: string | null | undefined;
  selected_users?: readonly string[] | null | undefined;
  selected_channel?: string | null | undefined;
  selected_conversation?: string | null | undefined;
};

/** Returns the values of one element without empty ones and without characters that the database cannot store. */
export function elementValues(state: ElementState): string[] {
  const options = [state.selected_option, ...(state.selected_options ?? [])];
  const single = [state.value, state.selected_user, state.selected_channel, state.selected_conversation];
  const all = [...single, ...(state.selected_users ?? []), ...options.map((option) => option?.value)];
  return all
    .filter((value): value is string => typeof value === "string" && value !== "")
    .map(stripUnstorable);
}

/** Reads the `state.values` of a view. */
export function readFormValues(state: Record<string, Record<string, ElementState>>): FormValues {
  const values = (blockId: string, actionId: string): string[] => {
    const element = state[blockId]?.[actionId];
    return element === undefined ? [] : elementValues(element);
  };
  return { values, value: (blockId, actionId) => values(blockId, actionId)[0] ?? "" };
}

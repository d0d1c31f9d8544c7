import type { InputBlock, PlainTextOption } from "@slack/types";
import { plain, textLimits } from "../words/text.ts";
import { type Choice, option, optionsPerSelect, searchSelect } from "./blocks.ts";

/** What every input has. Each is the only element of its block. */
type Input = {
  /** The block's id. */
  id: string;
  /** The element's, where it is not the block's. */
  actionId?: string;
  label: string;
  hint?: string | undefined;
  optional?: boolean;
  /** Whether Signoff is told of each change, and not only at Submit. */
  dispatch?: boolean;
};

/** Returns the block around an element that has no function of its own here. */
export function input(
  { id, label, hint, optional = false, dispatch }: Input,
  element: InputBlock["element"],
): InputBlock {
  return {
    type: "input",
    block_id: id,
    optional,
    ...(dispatch ? { dispatch_action: true } : {}),
    label: plain(label),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element,
  };
}

const actionOf = ({ id, actionId = id }: Input): string => actionId;

type TextInput = Input & { value?: string; limit: number; multiline?: boolean; placeholder?: string };

/** Returns a field for one line of text, or for several. */
export function textInput(given: TextInput): InputBlock {
  const { limit, multiline = false, value = "", placeholder } = given;
  return input(given, {
    type: "plain_text_input",
    action_id: actionOf(given),
    max_length: limit,
    multiline,
    ...(value === "" ? {} : { initial_value: value }),
    ...(placeholder === undefined ? {} : { placeholder: plain(placeholder, 150) }),
  });
}

type SelectInput = Input & { choices: readonly Choice[]; chosen?: string | undefined };

/** Returns a select of one choice. Choices after the 100th are left out. */
export function selectInput(given: SelectInput): InputBlock {
  const options = given.choices.slice(0, optionsPerSelect).map(option);
  const initial = options.find(({ value }) => value === given.chosen);
  return input(given, {
    type: "static_select",
    action_id: actionOf(given),
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  });
}

type Suggested = Input & { options: readonly PlainTextOption[]; chosen: PlainTextOption | undefined };

/** Returns a select of one option. More than 100 do not fit: then Signoff suggests them while the person types. */
export function selectOrSearchInput(given: Suggested): InputBlock {
  const { options, chosen } = given;
  const actionId = actionOf(given);
  if (options.length > optionsPerSelect) return input(given, searchSelect({ actionId, chosen }));
  return input(given, {
    type: "static_select",
    action_id: actionId,
    options: [...options],
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  });
}

type MultiSuggested = Input & {
  options: readonly PlainTextOption[];
  chosen: readonly string[];
  placeholder?: string;
};

/** Returns a select of any number of options. More than 100 do not fit: then Signoff suggests them while the person types. */
export function multiSelectOrSearchInput(given: MultiSuggested): InputBlock {
  const { options, chosen, placeholder } = given;
  const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  const common = {
    action_id: actionOf(given),
    ...(initial.length === 0 ? {} : { initial_options: initial }),
  };
  if (options.length <= optionsPerSelect)
    return input(given, { type: "multi_static_select", options: [...options], ...common });
  const hint = placeholder === undefined ? {} : { placeholder: plain(placeholder, 150) };
  return input(given, { type: "multi_external_select", min_query_length: 0, ...hint, ...common });
}

/** Returns at most 100 options: those of the items whose name contains what was typed. */
export function matchingOptions<Item>(
  items: readonly Item[],
  typed: string,
  nameOf: (item: Item) => string,
  optionOf: (item: Item) => PlainTextOption,
): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase();
  return items
    .filter((item) => nameOf(item).toLowerCase().includes(wanted))
    .slice(0, optionsPerSelect)
    .map(optionOf);
}

/** Returns a field for a day. @param given.chosen such as 2026-07-04 */
export function dateInput(given: Input & { chosen?: string | undefined }): InputBlock {
  return input(given, {
    type: "datepicker",
    action_id: actionOf(given),
    ...(given.chosen === undefined ? {} : { initial_date: given.chosen }),
  });
}

/** Returns a select of one person. */
export function userInput(given: Input & { chosen?: string | undefined }): InputBlock {
  return input(given, {
    type: "users_select",
    action_id: actionOf(given),
    ...(given.chosen === undefined ? {} : { initial_user: given.chosen }),
  });
}

/** Returns a select of one choice that Signoff suggests while the person types. */
export function searchInput(given: Input & { chosen?: Choice | undefined }): InputBlock {
  const chosen = given.chosen && option(given.chosen);
  return input(given, searchSelect({ actionId: actionOf(given), placeholder: "Type to search", chosen }));
}

/** Returns radio buttons; none is selected where none is chosen. */
export function radioInput(given: SelectInput): InputBlock {
  const options = given.choices.map(option);
  const initial = options.find(({ value }) => value === given.chosen);
  return input(given, {
    type: "radio_buttons",
    action_id: actionOf(given),
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  });
}

type CheckboxesInput = Input & {
  choices: readonly (Choice & { description?: string })[];
  chosen?: readonly string[];
};

/** Returns a checkbox for each choice. */
export function checkboxesInput(given: CheckboxesInput): InputBlock {
  const options = given.choices.map(({ description, ...choice }) => ({
    ...option(choice),
    ...(description === undefined ? {} : { description: plain(description, textLimits.option) }),
  }));
  const initial = options.filter(({ value }) => given.chosen?.includes(value ?? ""));
  return input(given, {
    type: "checkboxes",
    action_id: actionOf(given),
    options,
    ...(initial.length === 0 ? {} : { initial_options: initial }),
  });
}

/** Returns one checkbox. Its value is "yes". */
export function checkInput(given: Input & { text: string; checked: boolean }): InputBlock {
  const { text, checked } = given;
  const chosen = checked ? ["yes"] : [];
  return checkboxesInput({ ...given, optional: true, choices: [{ text, value: "yes" }], chosen });
}

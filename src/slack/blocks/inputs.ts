import type { InputBlock, PlainTextOption } from "@slack/types";
import { plain, textLimits } from "../words/text.ts";

export type Choice = { text: string; value: string };

/** The most options that a select takes: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
const mostOptions = 100;

export const option = ({ text, value }: Choice): PlainTextOption => ({
  text: plain(text, textLimits.option),
  value,
});

/** Every input is the only one of its block, and its action has the block's id. */
type Input = { id: string; label: string; hint?: string; optional?: boolean };

function input({ id, label, hint, optional = false }: Input, element: InputBlock["element"]): InputBlock {
  return {
    type: "input",
    block_id: id,
    optional,
    label: plain(label),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element,
  };
}

type TextInput = Input & { value?: string; limit: number; multiline?: boolean; placeholder?: string };

/** A line or more of text to type. */
export function textInput(given: TextInput): InputBlock {
  const { id, limit, multiline = false, value = "", placeholder } = given;
  return input(given, {
    type: "plain_text_input",
    action_id: id,
    max_length: limit,
    multiline,
    ...(value === "" ? {} : { initial_value: value }),
    ...(placeholder === undefined ? {} : { placeholder: plain(placeholder, 150) }),
  });
}

type SelectInput = Input & { choices: readonly Choice[]; chosen?: string | undefined };

/** One of at most 100 choices. */
export function selectInput(given: SelectInput): InputBlock {
  const options = given.choices.slice(0, mostOptions).map(option);
  const initial = options.find(({ value }) => value === given.chosen);
  return input(given, {
    type: "static_select",
    action_id: given.id,
    options,
    ...(initial === undefined ? {} : { initial_option: initial }),
  });
}

/** Any number of choices; none is a choice too. Of more than 100 those that are chosen come first, so that none is lost. */
export function multiSelectInput(
  given: Input & { choices: readonly Choice[]; chosen: readonly string[] },
): InputBlock {
  const isChosen = ({ value }: Choice) => given.chosen.includes(value);
  const { choices } = given;
  const first =
    choices.length > mostOptions
      ? [...choices.filter(isChosen), ...choices.filter((one) => !isChosen(one))]
      : choices;
  const initial = choices.filter(isChosen).map(option);
  return input(
    { ...given, optional: true },
    {
      type: "multi_static_select",
      action_id: given.id,
      options: first.slice(0, mostOptions).map(option),
      ...(initial.length === 0 ? {} : { initial_options: initial }),
    },
  );
}

/** A choice that the bot offers while somebody types: there may be more than a select takes. */
export function searchInput(given: Input & { chosen?: Choice | undefined }): InputBlock {
  return input(given, {
    type: "external_select",
    action_id: given.id,
    placeholder: plain("Type to search"),
    min_query_length: 0,
    ...(given.chosen === undefined ? {} : { initial_option: option(given.chosen) }),
  });
}

/** One box to tick. */
export function checkInput(given: Input & { text: string; checked: boolean }): InputBlock {
  const box = option({ text: given.text, value: "yes" });
  return input(
    { ...given, optional: true },
    {
      type: "checkboxes",
      action_id: given.id,
      options: [box],
      ...(given.checked ? { initial_options: [box] } : {}),
    },
  );
}

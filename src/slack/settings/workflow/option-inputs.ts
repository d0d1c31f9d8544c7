import type { InputBlock } from "@slack/types";
import {
  mapOptions,
  type OptionDefinition,
  type OptionName,
  type OptionValues,
  optionDefinitions,
  optionNames,
} from "../../../domain/workflow/options.ts";
import { optionValues } from "../../../lib/workflow-options.ts";
import { checkboxesInput, radioInput, selectInput } from "../../blocks/inputs.ts";
import type { FormValues } from "../../kernel/form-values.ts";
import { countWords } from "../../words/text.ts";
import { settingsIds as ids } from "../settings-ids.ts";
import { type ChoiceField, type FlagField, type NumberField, optionFields } from "./option-fields.ts";

type Field = NumberField | ChoiceField | FlagField;

export type Section = "review" | "time";

const fieldOf = (name: OptionName): Field => optionFields[name];
const definitionOf = (name: OptionName): OptionDefinition => optionDefinitions[name];

/** Returns the inputs of a section of the form. The checkboxes of all flags end the section `review`. */
export function optionInputs(section: Section, values: OptionValues): InputBlock[] {
  const inputs = optionNames.flatMap((name) => optionInput(section, name, values));
  return section === "review" ? [...inputs, flagsInput(values)] : inputs;
}

function optionInput(section: Section, name: OptionName, values: OptionValues): InputBlock[] {
  const field = fieldOf(name);
  const definition = definitionOf(name);
  if (!("input" in field) || field.section !== section) return [];
  const chosen = String(values[name]);
  if ("choices" in field) {
    const choices = Object.entries(field.choices).map(([value, text]) => ({ value, text }));
    return [radioInput({ ...field.input, choices, chosen })];
  }
  if (definition.kind !== "number") return [];
  const choices = field
    .numbers(Number(values[name]))
    .map((count) => ({ text: countWords(count, definition.unit), value: String(count) }));
  return [selectInput({ ...field.input, choices, chosen })];
}

function flagsInput(values: OptionValues): InputBlock {
  const flags = optionNames.flatMap((name) => {
    const field = fieldOf(name);
    return "input" in field ? [] : [{ text: field.label, value: field.value, on: values[name] === true }];
  });
  return checkboxesInput({
    id: ids.block.rules,
    actionId: ids.action.pickRules,
    label: "Rules",
    optional: true,
    dispatch: true,
    choices: flags.map(({ text, value }) => ({ text, value })),
    chosen: flags.filter(({ on }) => on).map(({ value }) => value),
  });
}

/** The actions of the inputs that redraw the form when somebody chooses. */
export const redrawingActions: readonly string[] = [
  ids.action.pickRules,
  ...optionNames.flatMap((name) => {
    const field = fieldOf(name);
    return "input" in field && field.input.dispatch ? [field.input.actionId ?? field.input.id] : [];
  }),
];

/** Returns the options chosen in the form. An option without a valid choice keeps its value. */
export function readOptions(form: FormValues, before: OptionValues): OptionValues {
  const flags = form.values(ids.block.rules, ids.action.pickRules);
  return optionValues.parse(
    mapOptions((name) => {
      const field = fieldOf(name);
      if (!("input" in field)) return flags.includes(field.value);
      const text = form.value(field.input.id, field.input.actionId ?? field.input.id);
      const value = definitionOf(name).kind === "number" ? Number(text) : text;
      const valid = text !== "" && optionValues.shape[name].safeParse(value).success;
      return valid ? value : before[name];
    }),
  );
}

/** Returns each option of a section as the list of changes says it: its name there, and its value. */
export function optionWords(section: Section, values: OptionValues): [label: string, value: string][] {
  return optionNames.flatMap((name): [string, string][] => {
    const field = fieldOf(name);
    const value = values[name];
    if (!("input" in field)) return section === "review" ? [[field.changeLabel, value ? "yes" : "no"]] : [];
    if (field.section !== section) return [];
    if ("choices" in field) return [[field.changeLabel, lowerFirst(field.choices[String(value)] ?? "")]];
    return [[field.changeLabel, field.changeValue(Number(value))]];
  });
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

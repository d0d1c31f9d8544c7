/** @jsxImportSource hono/jsx */
import { list, textOf } from "../slack/elements.ts";
import type { ElementState, Option } from "../slack/types.ts";
import { type InputProps, inputId, plainText } from "./input-props.ts";

/** Slack asks the app only after this many characters, unless the app says otherwise. */
const defaultMinimum = 3;

/**
 * A select whose options the app gives while one types. The list belongs to the browser, which fills it.
 * https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
 */
export function Picker(props: InputProps & { state: ElementState | undefined }) {
  const { element, state, labelledBy, describedBy, isInvalid } = props;
  const id = inputId(props);
  const isMany = textOf(element.type).startsWith("multi_");
  const options = chosenOptions(state);
  const minimum = typeof element.min_query_length === "number" ? element.min_query_length : defaultMinimum;
  return (
    <div
      class="picker"
      data-act="pick"
      data-action-id={textOf(element.action_id)}
      data-many={isMany || undefined}
    >
      {isMany && <Chips id={id} options={options} />}
      <input
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded="false"
        aria-controls={`${id}.list`}
        aria-labelledby={labelledBy}
        aria-label={labelledBy === undefined ? plainText(element.placeholder) || "Choose" : undefined}
        aria-describedby={describedBy}
        aria-invalid={isInvalid ? "true" : undefined}
        autofocus={element.focus_on_load === true || undefined}
        placeholder={plainText(element.placeholder) || "Type to search"}
        value={isMany ? "" : plainText(options[0]?.text)}
        data-minimum={minimum}
        data-own="aria-expanded aria-activedescendant"
      />
      <div id={`${id}.list`} class="list" role="listbox" aria-label="Options" hidden data-keep />
    </div>
  );
}

function Chips({ id, options }: { id: string; options: Option[] }) {
  return (
    <span class="chips">
      {options.map((option) => (
        <span key={option.value} class="chip" id={`${id}.chip.${encodeURIComponent(option.value)}`}>
          {plainText(option.text)}
          <button type="button" data-drop={option.value} aria-label={`Remove ${plainText(option.text)}`}>
            ×
          </button>
        </span>
      ))}
    </span>
  );
}

function chosenOptions(state: ElementState | undefined): Option[] {
  const value = state?.selected_options ?? state?.selected_option;
  return list(Array.isArray(value) ? value : [value]) as Option[];
}

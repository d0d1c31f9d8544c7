/** @jsxImportSource hono/jsx */
import { isJson, stateKey, textOf } from "../../slack/checks/elements.ts";
import type { ElementState } from "../../slack/types.ts";
import { type InputProps, inputId, plainText } from "./input-props.ts";

/** Slack's default: it asks the app for options after this many characters. */
const defaultMinimum = 3;

type Row = { value: string; label: string };

/**
 * A searchable select: options from the app, people, channels, or a long list of options. The browser fills
 * and controls the list.
 * https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element#external_select
 * https://docs.slack.dev/reference/block-kit/block-elements/multi-select-menu-element
 */
export function Picker(props: InputProps & { state: ElementState | undefined }) {
  const { element, blockId, labelledBy, describedBy, isInvalid } = props;
  const id = inputId(props);
  const type = textOf(element.type);
  const isMany = type.startsWith("multi_");
  const rows = chosenRows(props);
  return (
    <div
      class="picker"
      data-act="pick"
      data-action-id={textOf(element.action_id)}
      data-block-id={blockId}
      data-many={isMany || undefined}
    >
      {isMany && <Chips id={id} rows={rows} />}
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
        value={isMany ? "" : (rows[0]?.label ?? "")}
        data-minimum={type.endsWith("external_select") ? minimumOf(element.min_query_length) : 0}
        data-own="aria-expanded aria-activedescendant"
      />
      <div id={`${id}.list`} class="list" role="listbox" aria-label="Options" hidden data-keep />
    </div>
  );
}

const minimumOf = (given: unknown) => (typeof given === "number" ? given : defaultMinimum);

function Chips({ id, rows }: { id: string; rows: Row[] }) {
  return (
    <span class="chips">
      {rows.map(({ value, label }) => (
        <span key={value} class="chip" id={`${id}.chip.${encodeURIComponent(value)}`}>
          {label}
          <button type="button" data-drop={value} aria-label={`Remove ${label}`}>
            ×
          </button>
        </span>
      ))}
    </span>
  );
}

/**
 * Returns the text of the selection. Options carry their text, and people and channels are looked up by ID.
 */
function chosenRows({ element, state, surface }: InputProps & { state: ElementState | undefined }): Row[] {
  const value = state?.[stateKey(element) ?? ""];
  const { nameOf, channelName } = surface.reader;
  const channel = (id: string) => {
    const name = channelName(id);
    return name === undefined ? undefined : `#${name}`;
  };
  return [value].flat().flatMap((one) => {
    if (isJson(one)) return [{ value: textOf(one.value), label: plainText(one.text) }];
    const id = textOf(one);
    return id === "" ? [] : [{ value: id, label: nameOf(id) ?? channel(id) ?? id }];
  });
}

/** @jsxImportSource hono/jsx */
import { isJson, list, optionsOf, stateKey, textOf } from "../../slack/checks/elements.ts";
import type { ElementState, Json, Option } from "../../slack/types.ts";
import { domId } from "./dom-id.ts";
import { type InputProps, inputId, plainText } from "./input-props.ts";
import { Picker } from "./render-picker.tsx";

/** Returns the selected values: the value of an option, or else the IDs or the text. */
export function chosen(element: Json, state: ElementState | undefined): string[] {
  const value = state?.[stateKey(element) ?? ""];
  const values = Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  return values.map((item) => (isJson(item) ? textOf(item.value) : String(item)));
}

const stateOf = ({ element, blockId, surface }: InputProps) =>
  surface.values[blockId]?.[textOf(element.action_id)];

/** Renders any element that holds a value. https://docs.slack.dev/reference/block-kit/block-elements */
export function Input(props: InputProps) {
  const type = textOf(props.element.type);
  if (type === "radio_buttons" || type === "checkboxes") return <Boxes {...props} />;
  if (type === "static_select") return <Select {...props} />;
  if (type.endsWith("_select")) return <Picker {...props} state={stateOf(props)} />;
  return <TextInput {...props} />;
}

function shared(props: InputProps) {
  const { element, blockId, labelledBy, describedBy, isInvalid } = props;
  return {
    id: inputId(props),
    "data-action-id": textOf(element.action_id),
    "data-block-id": blockId,
    "aria-labelledby": labelledBy,
    "aria-label": labelledBy === undefined ? plainText(element.placeholder) || "Choose" : undefined,
    "aria-describedby": describedBy,
    "aria-invalid": isInvalid ? ("true" as const) : undefined,
    autofocus: element.focus_on_load === true || undefined,
  };
}

const kinds: Record<string, string> = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
};

function TextInput(props: InputProps) {
  const { element } = props;
  const type = textOf(element.type);
  const [value = ""] = chosen(element, stateOf(props));
  const longest = typeof element.max_length === "number" ? element.max_length : undefined;
  const attributes = { ...shared(props), maxlength: longest, placeholder: plainText(element.placeholder) };
  if (type === "plain_text_input" && element.multiline === true) {
    return (
      <textarea {...attributes} data-act="type" rows={4}>
        {`\n${value}`}
      </textarea>
    );
  }
  const act = /picker$/.test(type) ? "choose" : "type";
  return (
    <input {...attributes} data-act={act} type={kinds[type] ?? "text"} value={value} autocomplete="off" />
  );
}

function Select(props: InputProps) {
  const { element } = props;
  const [value = ""] = chosen(element, stateOf(props));
  const groups = list(element.option_groups);
  const drawn = (option: Option) => (
    <option value={option.value} selected={option.value === value}>
      {plainText(option.text)}
    </option>
  );
  return (
    <span class="select">
      <select {...shared(props)} data-act="choose">
        <option value="" selected={value === ""}>
          {plainText(element.placeholder) || "Select an option"}
        </option>
        {groups.length > 0
          ? groups.map((group) => (
              <optgroup key={plainText(group.label)} label={plainText(group.label)}>
                {(list(group.options) as Option[]).map(drawn)}
              </optgroup>
            ))
          : optionsOf(element).map(drawn)}
      </select>
    </span>
  );
}

/** Radio buttons and checkboxes. */
function Boxes(props: InputProps) {
  const { element } = props;
  const type = textOf(element.type);
  const values = chosen(element, stateOf(props));
  const { id, ...named } = shared(props);
  const kind = type === "radio_buttons" ? "radio" : "checkbox";
  return (
    <div
      {...named}
      id={id}
      role={kind === "radio" ? "radiogroup" : "group"}
      class="boxes"
      data-act={kind === "radio" ? "choose" : "choose-many"}
      autofocus={undefined}
    >
      {optionsOf(element).map((option, index) => (
        <label key={option.value} class="box" for={domId(id, option.value)}>
          <input
            id={domId(id, option.value)}
            type={kind}
            name={id}
            value={option.value}
            checked={values.includes(option.value)}
            autofocus={(named.autofocus && index === 0) || undefined}
          />
          <span>
            {plainText(option.text)}
            {option.description !== undefined && <small>{plainText(option.description)}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}

import type { LimitName } from "./limits.ts";

/**
 * The allowed content of one field of a block or element. `limit` bounds its text length or its number of
 * items.
 */
export type Field = {
  kind:
    | "plain"
    | "text"
    | "string"
    | "boolean"
    | "number"
    | "any"
    | "ids"
    | "confirm"
    | "option"
    | "options"
    | "groups"
    | "fields"
    | "elements"
    | "element";
  limit?: LimitName;
  required?: true;
  oneOf?: readonly string[];
};

export type Shape = Record<string, Field>;

const required = true;
const any: Field = { kind: "any" };
const ids: Field = { kind: "ids" };
const flag: Field = { kind: "boolean" };
const number: Field = { kind: "number" };
const string: Field = { kind: "string" };
const option: Field = { kind: "option" };
const confirm: Field = { kind: "confirm" };
const placeholder: Field = { kind: "plain", limit: "placeholder" };
const actionId: Field = { kind: "string", limit: "actionId" };
const label: Field = { kind: "string", limit: "accessibilityLabel" };

const image: Shape = {
  image_url: { kind: "string", limit: "imageUrl" },
  slack_file: any,
  alt_text: { kind: "string", limit: "imageAlt", required },
};
const menu: Shape = { action_id: actionId, confirm, focus_on_load: flag, placeholder };
const oneOption = { options: { kind: "options", limit: "selectOptions" }, initial_option: option } as const;
const manyOptions = {
  options: { kind: "options", limit: "multiSelectOptions" },
  max_selected_items: number,
} as const;
const groups: Field = { kind: "groups", limit: "optionGroups" };
const typed: Shape = {
  action_id: actionId,
  placeholder,
  focus_on_load: flag,
  dispatch_action_config: any,
  initial_value: { kind: "string", limit: "inputValue" },
};
const picked: Shape = { action_id: actionId, confirm, focus_on_load: flag };

/**
 * The fields of each block, without type and block_id. Source:
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export const blockShapes: Record<string, Shape> = {
  section: {
    text: { kind: "text", limit: "sectionText" },
    fields: { kind: "fields", limit: "sectionFields" },
    accessory: { kind: "element" },
    expand: flag,
  },
  header: { text: { kind: "plain", limit: "headerText", required } },
  context: { elements: { kind: "elements", limit: "contextElements", required } },
  actions: { elements: { kind: "elements", limit: "actionsElements", required } },
  divider: {},
  image: { ...image, title: { kind: "plain", limit: "imageTitle" } },
  input: {
    label: { kind: "plain", limit: "inputLabel", required },
    element: { kind: "element", required },
    hint: { kind: "plain", limit: "inputHint" },
    optional: flag,
    dispatch_action: flag,
  },
  markdown: { text: { kind: "string", limit: "markdownText", required } },
  rich_text: { elements: { kind: "any", required } },
};

/**
 * The fields of each element, without type. Source: https://docs.slack.dev/reference/block-kit/block-elements
 */
export const elementShapes: Record<string, Shape> = {
  image,
  button: {
    action_id: actionId,
    text: { kind: "plain", limit: "buttonText", required },
    value: { kind: "string", limit: "buttonValue" },
    url: { kind: "string", limit: "buttonUrl" },
    style: { kind: "string", oneOf: ["primary", "danger"] },
    confirm,
    accessibility_label: label,
  },
  overflow: {
    action_id: actionId,
    confirm,
    options: { kind: "options", limit: "overflowOptions", required },
  },
  static_select: { ...menu, ...oneOption, option_groups: groups },
  external_select: { ...menu, initial_option: option, min_query_length: number },
  users_select: { ...menu, initial_user: string },
  conversations_select: {
    ...menu,
    initial_conversation: string,
    default_to_current_conversation: flag,
    response_url_enabled: flag,
    filter: any,
  },
  channels_select: { ...menu, initial_channel: string, response_url_enabled: flag },
  multi_static_select: {
    ...menu,
    ...manyOptions,
    option_groups: groups,
    initial_options: { kind: "options" },
  },
  multi_external_select: {
    ...menu,
    initial_options: { kind: "options" },
    min_query_length: number,
    max_selected_items: number,
  },
  multi_users_select: { ...menu, initial_users: ids, max_selected_items: number },
  multi_conversations_select: {
    ...menu,
    initial_conversations: ids,
    default_to_current_conversation: flag,
    filter: any,
    max_selected_items: number,
  },
  multi_channels_select: { ...menu, initial_channels: ids, max_selected_items: number },
  radio_buttons: {
    ...picked,
    options: { kind: "options", limit: "radioOptions", required },
    initial_option: option,
  },
  checkboxes: {
    ...picked,
    options: { kind: "options", limit: "checkboxOptions", required },
    initial_options: { kind: "options" },
  },
  datepicker: { ...picked, placeholder, initial_date: string },
  timepicker: { ...picked, placeholder, initial_time: string, timezone: string },
  datetimepicker: { ...picked, initial_date_time: number },
  plain_text_input: { ...typed, multiline: flag, min_length: number, max_length: number },
  email_text_input: typed,
  url_text_input: typed,
  number_input: {
    ...typed,
    is_decimal_allowed: { kind: "boolean", required },
    min_value: any,
    max_value: any,
  },
};

const selects = [
  "static_select",
  "external_select",
  "users_select",
  "conversations_select",
  "channels_select",
];
const multiSelects = selects.map((name) => `multi_${name}`);
const pickers = ["radio_buttons", "checkboxes", "datepicker", "timepicker"];

/** The elements that each block accepts. Sources: the "Works with" lines on the elements' pages. */
export const elementsAllowed: Record<string, readonly string[]> = {
  section: ["image", "button", "overflow", ...selects, ...multiSelects, ...pickers],
  actions: ["button", "overflow", "datetimepicker", ...selects, ...pickers],
  context: ["image", "plain_text", "mrkdwn"],
  input: [
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "datetimepicker",
    ...selects,
    ...multiSelects,
    ...pickers,
  ],
};

import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  DividerBlock,
  ExternalSelect,
  HeaderBlock,
  KnownBlock,
  ModalView,
  PlainTextOption,
  SectionBlock,
} from "@slack/types";
import { cutTo, escapeWithin, mrkdwn, plain, textLimits } from "../words/text.ts";

/** The most blocks that Slack takes in one view: https://docs.slack.dev/reference/views */
export const blocksPerView = 100;

/** The most options that a select takes: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
export const optionsPerSelect = 100;

/** Returns a section of mrkdwn of at most 3,000 characters, with an element beside it if one is given. */
export function section(text: string, accessory?: NonNullable<SectionBlock["accessory"]>): SectionBlock {
  return { type: "section", text: mrkdwn(text), ...(accessory === undefined ? {} : { accessory }) };
}

/** Returns a section of plain text, for words that people wrote: no markup in it takes effect. */
export function plainSection(text: string): SectionBlock {
  return { type: "section", text: plain(text) };
}

/** Returns a section of mrkdwn fields in two columns: at most 10, of at most 2,000 characters each. */
export function fieldsSection(fields: readonly string[]): SectionBlock {
  return { type: "section", fields: fields.map((field) => mrkdwn(field, textLimits.field)) };
}

/** Returns small gray mrkdwn. */
export function context(text: string): ContextBlock {
  return { type: "context", elements: [mrkdwn(text, textLimits.context)] };
}

/** Returns a person's own words, as plain text, below a line that says whose they are. */
export function quoted(heading: string, text: string): KnownBlock[] {
  return [context(`💬 ${escapeWithin(heading, 200)}`), plainSection(text)];
}

/** Returns a heading of plain text, cut to 150 characters. */
export function header(text: string): HeaderBlock {
  return { type: "header", text: plain(text, textLimits.header) };
}

export const divider: DividerBlock = { type: "divider" };

/** Returns a row of at most 25 elements. */
export function actions(elements: ActionsBlock["elements"], blockId?: string): ActionsBlock {
  return { type: "actions", ...(blockId === undefined ? {} : { block_id: blockId }), elements };
}

type ButtonExtras = Pick<Button, "style" | "confirm"> & {
  /** What a screen reader says instead of the text, cut to 75 characters. */
  label?: string;
};

/** Returns a button. Its text is cut to 75 characters; its value, of at most 2,000, comes back with each click. */
export function button(
  actionId: string,
  text: string,
  value: string | number,
  { label, ...style }: ButtonExtras = {},
): Button {
  return {
    type: "button",
    action_id: actionId,
    text: plain(text, textLimits.button),
    value: String(value),
    ...(label === undefined ? {} : { accessibility_label: cutTo(label, textLimits.button) }),
    ...style,
  };
}

type Question = { title: string; text: string; confirm: string; deny: string; style?: "danger" };

/** Returns the question that Slack asks before it sends a click. Slack limits: title 100, text 300, answers 30. */
export function confirmation({ title, text, confirm, deny, style }: Question): ConfirmationDialog {
  return {
    title: plain(title, 100),
    text: plain(text, 300),
    confirm: plain(confirm, 30),
    deny: plain(deny, 30),
    ...(style === undefined ? {} : { style }),
  };
}

/** Returns the buttons to the previous and the next page, or no block where neither exists. */
export function pageButtons(previous: Button | null, next: Button | null, blockId?: string): ActionsBlock[] {
  const elements = [previous, next].filter((turn) => turn !== null);
  return elements.length === 0 ? [] : [actions(elements, blockId)];
}

export type Choice = { text: string; value: string };

/** Returns an option of a select, of radio buttons or of checkboxes. Its text is cut to 75 characters. */
export function option({ text, value }: Choice): PlainTextOption {
  return { text: plain(text, textLimits.option), value };
}

type Search = { actionId: string; placeholder?: string; chosen?: PlainTextOption | undefined };

/** Returns a select whose options Signoff suggests while the person types, and before that. */
export function searchSelect({ actionId, placeholder, chosen }: Search): ExternalSelect {
  return {
    type: "external_select",
    action_id: actionId,
    ...(placeholder === undefined ? {} : { placeholder: plain(placeholder, 150) }),
    min_query_length: 0,
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  };
}

type Modal = {
  callbackId: string;
  title: string;
  blocks: KnownBlock[];
  /** Left out where there is nothing to submit. */
  submit?: string | undefined;
  close?: string;
  /** What the modal carries along, at most 3,000 characters. */
  metadata?: string;
};

/** Returns a modal. Its title and its two buttons are cut to 24 characters, which is Slack's limit. */
export function modal({ callbackId, title, blocks, submit, close = "Close", metadata }: Modal): ModalView {
  return {
    type: "modal",
    callback_id: callbackId,
    title: plain(title, 24),
    ...(submit === undefined ? {} : { submit: plain(submit, 24) }),
    close: plain(close, 24),
    ...(metadata === undefined ? {} : { private_metadata: metadata }),
    blocks,
  };
}

const reference = "https://docs.slack.dev/reference";
const block = (name: string) => `${reference}/block-kit/blocks/${name}`;
const element = (name: string) => `${reference}/block-kit/block-elements/${name}`;
const object = (name: string) => `${reference}/block-kit/composition-objects/${name}`;
const method = (name: string) => `${reference}/methods/${name}`;
const blocks = `${reference}/block-kit/blocks`;
const views = `${reference}/views`;
const modals = "https://docs.slack.dev/surfaces/modals";
const interaction = "https://docs.slack.dev/interactivity/handling-user-interaction";
const select = element("select-menu-element");
const multi = element("multi-select-menu-element");

type Unit = "characters" | "items" | "bytes" | "milliseconds" | "uses" | "views";
type Limit = { max: number; unit: Unit; docs: string };

/** All of Slack's limits, each with its documentation. No other file contains such numbers. */
export const limits = {
  messageBlocks: { max: 50, unit: "items", docs: blocks },
  viewBlocks: { max: 100, unit: "items", docs: blocks },
  // Not in the reference. Slack's developers name it in this thread.
  messageBlocksText: {
    max: 12_000,
    unit: "characters",
    docs: "https://github.com/slackapi/bolt-js/issues/2509",
  },
  messageText: { max: 40_000, unit: "characters", docs: method("chat.postMessage#truncating") },
  updateText: { max: 4_000, unit: "characters", docs: method("chat.update#errors") },
  // Slack documents the error (metadata_too_large) without a number. 8 KiB is this stand-in's choice.
  metadata: { max: 8_192, unit: "bytes", docs: "https://docs.slack.dev/messaging/message-metadata" },
  blockId: { max: 255, unit: "characters", docs: blocks },
  actionId: { max: 255, unit: "characters", docs: element("button-element") },
  callbackId: { max: 255, unit: "characters", docs: views },
  externalId: { max: 255, unit: "characters", docs: method("views.open") },
  privateMetadata: { max: 3_000, unit: "characters", docs: views },
  viewTitle: { max: 24, unit: "characters", docs: views },
  viewSubmit: { max: 24, unit: "characters", docs: views },
  viewClose: { max: 24, unit: "characters", docs: views },
  viewSize: { max: 250_000, unit: "bytes", docs: method("views.open#errors") },
  viewStack: { max: 3, unit: "views", docs: modals },
  textObject: { max: 3_000, unit: "characters", docs: object("text-object") },
  sectionText: { max: 3_000, unit: "characters", docs: block("section-block") },
  sectionFields: { max: 10, unit: "items", docs: block("section-block") },
  sectionField: { max: 2_000, unit: "characters", docs: block("section-block") },
  headerText: { max: 150, unit: "characters", docs: block("header-block") },
  contextElements: { max: 10, unit: "items", docs: block("context-block") },
  actionsElements: { max: 25, unit: "items", docs: block("actions-block") },
  markdownText: { max: 12_000, unit: "characters", docs: block("markdown-block") },
  imageUrl: { max: 3_000, unit: "characters", docs: block("image-block") },
  imageAlt: { max: 2_000, unit: "characters", docs: block("image-block") },
  imageTitle: { max: 2_000, unit: "characters", docs: block("image-block") },
  inputLabel: { max: 2_000, unit: "characters", docs: block("input-block") },
  inputHint: { max: 2_000, unit: "characters", docs: block("input-block") },
  buttonText: { max: 75, unit: "characters", docs: element("button-element") },
  buttonValue: { max: 2_000, unit: "characters", docs: element("button-element") },
  buttonUrl: { max: 3_000, unit: "characters", docs: element("button-element") },
  accessibilityLabel: { max: 75, unit: "characters", docs: element("button-element") },
  placeholder: { max: 150, unit: "characters", docs: element("plain-text-input-element") },
  inputValue: { max: 3_000, unit: "characters", docs: element("plain-text-input-element") },
  selectOptions: { max: 100, unit: "items", docs: select },
  optionGroups: { max: 100, unit: "items", docs: select },
  multiSelectOptions: { max: 100, unit: "items", docs: multi },
  overflowOptions: { max: 5, unit: "items", docs: element("overflow-menu-element") },
  radioOptions: { max: 10, unit: "items", docs: element("radio-button-group-element") },
  checkboxOptions: { max: 10, unit: "items", docs: element("checkboxes-element") },
  optionText: { max: 75, unit: "characters", docs: object("option-object") },
  // The reference says 150 and has said 75. The stricter one is always safe.
  optionValue: { max: 75, unit: "characters", docs: object("option-object") },
  optionDescription: { max: 75, unit: "characters", docs: object("option-object") },
  optionUrl: { max: 3_000, unit: "characters", docs: object("option-object") },
  optionGroupLabel: { max: 75, unit: "characters", docs: object("option-group-object") },
  confirmTitle: { max: 100, unit: "characters", docs: object("confirmation-dialog-object") },
  confirmText: { max: 300, unit: "characters", docs: object("confirmation-dialog-object") },
  confirmButton: { max: 30, unit: "characters", docs: object("confirmation-dialog-object") },
  triggerLife: { max: 3_000, unit: "milliseconds", docs: `${interaction}#modal_responses` },
  triggerUses: { max: 1, unit: "uses", docs: method("views.open#errors") },
  responseUrlLife: { max: 1_800_000, unit: "milliseconds", docs: `${interaction}#message_responses` },
  responseUrlUses: { max: 5, unit: "uses", docs: `${interaction}#message_responses` },
  answerTime: { max: 3_000, unit: "milliseconds", docs: `${interaction}#acknowledgment_response` },
  openUsers: { max: 8, unit: "items", docs: method("conversations.open#errors") },
  historyPage: { max: 999, unit: "items", docs: method("conversations.history") },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Slack's rules that are not numbers, with their documentation. */
const rules = {
  requiredField: blocks,
  unknownField: blocks,
  wrongType: blocks,
  unsupportedBlock: blocks,
  unsupportedElement: `${reference}/block-kit/block-elements`,
  emptyText: object("text-object"),
  textKind: object("text-object"),
  duplicateBlockId: blocks,
  duplicateActionId: element("button-element"),
  initialOption: select,
  focusOnLoad: select,
  optionsOrGroups: select,
  sectionContent: block("section-block"),
  submitRequired: views,
  viewType: views,
  blocksFormat: blocks,
  metadataFormat: "https://docs.slack.dev/messaging/message-metadata",
  topLevelText: method("chat.postMessage#text-blocks-attachments"),
  unknownMethod: `${reference}/methods`,
  missingScope: `${reference}/scopes`,
  fieldErrorKey: `${modals}#displaying_errors`,
  responseAction: modals,
  answerFormat: `${interaction}#acknowledgment_response`,
  suggestionFormat: select,
  interactivityOff: interaction,
} as const satisfies Record<string, string>;

export type RuleName = LimitName | keyof typeof rules;

/** Returns the documentation of a limit or a rule. */
export function docsOf(rule: RuleName): string {
  return rule in limits ? limits[rule as LimitName].docs : rules[rule as keyof typeof rules];
}

import { describe, expect, test } from "vitest";
import {
  button,
  card,
  failure,
  input,
  message,
  modal,
  options,
  plain,
  setUpSlackStandIn,
} from "../fixture.ts";
import type { Json } from "../index.ts";

const fixture = setUpSlackStandIn();

describe("limits", () => {
  const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
  const actions = (...elements: Json[]) => ({ type: "actions", elements });
  const broken: [rule: string, blocks: Json[]][] = [
    ["sectionText", [section("x".repeat(3001))]],
    ["messageBlocks", Array.from({ length: 51 }, () => ({ type: "divider" }))],
    ["emptyText", [section("")]],
    [
      "duplicateBlockId",
      [
        { ...section("a"), block_id: "b" },
        { ...section("b"), block_id: "b" },
      ],
    ],
    ["duplicateActionId", [actions(button("1"), button("2"))]],
    ["buttonText", [actions({ ...button("1"), text: plain("x".repeat(76)) })]],
    ["buttonValue", [actions(button("x".repeat(2001)))]],
    [
      "actionsElements",
      [actions(...Array.from({ length: 26 }, (_, i) => ({ ...button("1"), action_id: `a${i}` })))],
    ],
    ["headerText", [{ type: "header", text: plain("x".repeat(151)) }]],
    ["textKind", [{ type: "header", text: { type: "mrkdwn", text: "x" } }]],
    ["unsupportedBlock", [{ type: "sections" }]],
    ["unsupportedElement", [actions({ type: "plain_text_input", action_id: "x" })]],
    ["unknownField", [{ ...section("a"), colour: "red" }]],
    ["requiredField", [actions({ type: "button", action_id: "x" })]],
    ["sectionContent", [{ type: "section" }]],
    ["contextElements", [{ type: "context", elements: Array.from({ length: 11 }, () => plain("x")) }]],
    ["confirmTitle", [actions({ ...button("1"), confirm: confirmation({ title: plain("x".repeat(101)) }) })]],
    ["confirmButton", [actions({ ...button("1"), confirm: confirmation({ deny: plain("x".repeat(31)) }) })]],
    ["optionText", [actions({ type: "overflow", options: [{ text: plain("x".repeat(76)), value: "1" }] })]],
    [
      "overflowOptions",
      [actions({ type: "overflow", options: Array.from({ length: 6 }, () => options[0]) })],
    ],
    [
      "initialOption",
      [actions({ type: "static_select", options, initial_option: { text: plain("qa"), value: "qa" } })],
    ],
    ["optionsOrGroups", [actions({ type: "static_select" })]],
  ];
  function confirmation(more: Json): Json {
    return {
      title: plain("Sure?"),
      text: plain("Really"),
      confirm: plain("Yes"),
      deny: plain("No"),
      ...more,
    };
  }

  test.each(broken)(
    "a message that breaks %s is refused with a pointer and recorded",
    async (rule, blocks) => {
      const answer = await failure(
        fixture.client.chat.postMessage({ channel: "U0DEV", text: "x", blocks: blocks as never }),
      );
      expect(answer).toMatchObject({ ok: false, error: "invalid_blocks" });
      expect(JSON.stringify(answer)).toContain("[json-pointer:/blocks");
      expect(fixture.rules()).toContain(rule);
      expect(fixture.slack.violations[0]?.docs).toMatch(/^https:/);
      expect(fixture.slack.messagesFor("U0DEV")).toEqual([]);
    },
  );

  test("blocks without text go through and are recorded; nothing at all is no_text", async () => {
    await fixture.client.chat.postMessage({ channel: "U0DEV", blocks: card } as never);
    expect(fixture.rules()).toEqual(["topLevelText"]);
    expect(await failure(fixture.client.chat.postMessage({ channel: "U0DEV", text: "" }))).toMatchObject({
      error: "no_text",
    });
  });

  test("all text of a message's blocks together has a limit", async () => {
    const blocks = Array.from({ length: 5 }, () => section("x".repeat(2900)));
    expect(
      await failure(fixture.client.chat.postMessage({ channel: "U0DEV", text: "x", blocks })),
    ).toMatchObject({
      error: "msg_blocks_too_long",
    });
  });

  const brokenViews: [rule: string, view: Json][] = [
    ["viewTitle", modal([message], { title: plain("x".repeat(25)) })],
    ["viewSubmit", modal([message], { submit: plain("x".repeat(25)) })],
    ["privateMetadata", modal([message], { private_metadata: "x".repeat(3001) })],
    ["submitRequired", modal([message], { submit: undefined })],
    ["viewBlocks", modal(Array.from({ length: 101 }, () => ({ type: "divider" })))],
    ["requiredField", modal([message], { title: undefined })],
    ["inputLabel", modal([{ ...message, label: plain("x".repeat(2001)) }])],
    ["placeholder", modal([input("b", { type: "plain_text_input", placeholder: plain("x".repeat(151)) })])],
    ["inputValue", modal([input("b", { type: "plain_text_input", initial_value: "x".repeat(3001) })])],
    ["selectOptions", modal([input("b", { type: "static_select", options: manyOptions(101) })])],
    ["radioOptions", modal([input("b", { type: "radio_buttons", options: manyOptions(11) })])],
    ["viewType", modal([message], { type: "home" })],
  ];
  function manyOptions(count: number): Json[] {
    return Array.from({ length: count }, (_, i) => ({ text: plain(`o${i}`), value: `o${i}` }));
  }

  test.each(brokenViews)("a view that breaks %s is refused and recorded", async (rule, view) => {
    await fixture.slack.command("U0DEV", "/promote");
    const call = fixture.client.views.open({
      trigger_id: String(fixture.body().trigger_id),
      view: view as never,
    });
    expect(await failure(call)).toMatchObject({ error: "invalid_arguments" });
    expect(fixture.rules()).toContain(rule);
    expect(fixture.slack.topView("U0DEV")).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";
import { formValues, readDrawn, readElementState, readInputs, readState } from "./form-values.ts";

const plain = { type: "plain_text", text: "x" };
const option = (value: string) => ({ text: plain, value });

describe("the state that Slack sends", () => {
  test.each([undefined, null, [], "x", {}, { values: [] }, { values: null }, { values: "x" }])(
    "%j has no values",
    (state) => {
      expect(readState(state)).toEqual({});
    },
  );

  test("an element of another shape counts as empty, and the others are read", () => {
    const form = formValues(
      readState({ values: { a: { a: null }, b: { b: { type: "plain_text_input", value: "typed" } } } }),
    );
    expect([form.value("a", "a"), form.value("b", "b")]).toEqual(["", "typed"]);
  });

  test("what a person typed is unescaped, and the value of a button is not", () => {
    const typed = { type: "plain_text_input", value: "a &amp; b &lt;c&gt; &amp;amp;" };
    expect(formValues({ a: { a: readElementState(typed) } }).value("a", "a")).toBe("a & b <c> &amp;");
    const button = { type: "button", value: "a &amp; b" };
    expect(formValues({ a: { a: readElementState(button) } }).value("a", "a")).toBe("a &amp; b");
  });
});

describe("what a view was drawn with", () => {
  const blocks = [
    { type: "divider", block_id: "line" },
    {
      type: "section",
      block_id: "s",
      text: plain,
      accessory: { type: "button", action_id: "go", value: "1" },
    },
    {
      type: "actions",
      block_id: "act",
      elements: [{ type: "static_select", action_id: "one", initial_option: option("1") }],
    },
    {
      type: "input",
      block_id: "in",
      element: {
        type: "multi_external_select",
        action_id: "many",
        initial_options: [option("1"), option("2")],
      },
    },
    {
      type: "input",
      block_id: "people",
      element: { type: "multi_users_select", action_id: "p", initial_users: ["U1"] },
    },
    {
      type: "input",
      block_id: "text",
      element: { type: "plain_text_input", action_id: "t", initial_value: "a & &lt;" },
    },
    { type: "input", block_id: "none", element: { type: "plain_text_input", action_id: "n" } },
  ];

  test("the initial values of inputs, sections, and actions are read as they were drawn", () => {
    const form = formValues(readDrawn(blocks));
    expect(form.value("act", "one")).toBe("1");
    expect(form.values("in", "many")).toEqual(["1", "2"]);
    expect(form.values("people", "p")).toEqual(["U1"]);
    expect(form.value("text", "t")).toBe("a & &lt;");
    expect(form.values("none", "n")).toEqual([]);
    expect(form.values("s", "go")).toEqual([]);
  });

  test("its inputs are named in their order", () => {
    expect(readInputs(blocks)).toEqual(["in", "people", "text", "none"]);
  });

  test.each([undefined, null, {}, ["x", null, 1], [{ type: "input" }]])("%j has nothing", (odd) => {
    expect([readDrawn(odd), readInputs(odd)]).toEqual([{}, []]);
  });
});

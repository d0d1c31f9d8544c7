import { describe, expect, test } from "vitest";
import { failure, input, modal, options, plain, setUpSlackStandIn } from "../fixture.ts";
import type { Json } from "../index.ts";

const fixture = setUpSlackStandIn();

const sectionWith = (blockId: string, accessory: Json) => ({
  type: "section",
  block_id: blockId,
  text: plain(blockId),
  accessory,
});
const menu = (row: string) =>
  sectionWith(row, {
    type: "overflow",
    action_id: "row",
    options: [{ text: plain("Edit"), value: `edit ${row}` }],
  });
const home = (...blocks: Json[]) =>
  fixture.client.views.publish({ user_id: "U0DEV", view: { type: "home", blocks } as never });
const action = () => (fixture.body().actions as Json[])[0];

describe("people, channels and options to choose", () => {
  test.each([
    ["users_select", "U0REV", { selected_user: "U0REV" }],
    ["multi_users_select", ["U0REV", "U0DEV"], { selected_users: ["U0REV", "U0DEV"] }],
    ["multi_static_select", ["prod"], { selected_options: [{ value: "prod" }] }],
    ["checkboxes", ["dev", "prod"], { selected_options: [{ value: "dev" }, { value: "prod" }] }],
  ])("a %s keeps its state in Slack's shape", async (type, value, expected) => {
    const own = type === "multi_static_select" || type === "checkboxes" ? { options } : {};
    await fixture.openModal(modal([input("b", { type, action_id: "a", ...own })]));
    await fixture.slack.submit("U0DEV", { a: value });
    expect(fixture.body()).toMatchObject({
      view: { state: { values: { b: { a: { type, ...expected } } } } },
    });
    expect(fixture.slack.violations).toEqual([]);
  });

  test.each(["conversations_select", "channels_select"])(
    "a %s takes a channel that is there",
    async (type) => {
      const [general] = fixture.slack.workspace.channels.keys();
      await fixture.openModal(modal([input("b", { type, action_id: "a" })]));
      const [key] = [type === "channels_select" ? "selected_channel" : "selected_conversation"];
      await fixture.slack.choose("U0DEV", "a", general ?? "");
      expect(fixture.slack.topView("U0DEV")?.values).toEqual({
        b: { a: { type, [key as string]: general } },
      });
      await expect(fixture.slack.choose("U0DEV", "a", "C0NOWHERE")).rejects.toThrow("no channel");
    },
  );

  test("initial choices are the state, and nobody can choose who is not there or too many", async () => {
    const element = { type: "multi_users_select", action_id: "a", max_selected_items: 2 };
    await fixture.openModal(modal([input("b", { ...element, initial_users: ["U0DEV"] })]));
    expect(fixture.slack.topView("U0DEV")?.values).toMatchObject({ b: { a: { selected_users: ["U0DEV"] } } });
    await expect(fixture.slack.choose("U0DEV", "a", ["U0NOBODY"])).rejects.toThrow("nobody");
    await expect(fixture.slack.choose("U0DEV", "a", ["U0DEV", "U0REV", "U0OLD"])).rejects.toThrow(
      "at most 2",
    );
  });

  test("a multi_external_select asks the bot and takes what was offered", async () => {
    const element = { type: "multi_external_select", action_id: "a", min_query_length: 0 };
    await fixture.openModal(modal([input("b", element, { dispatch_action: true })]));
    fixture.bot.answer = (body) =>
      body.type === "block_suggestion" ? Response.json({ options }) : new Response();
    await fixture.slack.choose("U0DEV", "a", ["dev", "prod"]);
    expect(action()).toMatchObject({ selected_options: [{ value: "dev" }, { value: "prod" }] });
  });

  test.each([
    ["wrongType", [input("b", { type: "multi_users_select", action_id: "a", initial_users: "U0DEV" })]],
    ["unsupportedElement", [{ type: "actions", elements: [{ type: "multi_users_select", action_id: "a" }] }]],
    [
      "focusOnLoad",
      ["x", "y"].map((id) => input(id, { type: "users_select", action_id: id, focus_on_load: true })),
    ],
  ])("a view that breaks %s is refused", async (rule, blocks) => {
    await fixture.slack.command("U0DEV", "/promote");
    const trigger_id = String(fixture.body().trigger_id);
    const opening = fixture.client.views.open({ trigger_id, view: modal(blocks) as never });
    expect(await failure(opening)).toMatchObject({ error: "invalid_arguments" });
    expect(fixture.rules()).toContain(rule);
  });
});

describe("a Home", () => {
  test("rows that share an action_id are told apart by what they offer, or by their block", async () => {
    await home(menu("one"), menu("two"));
    await fixture.slack.clickHome("U0DEV", { actionId: "row", value: "edit two" });
    expect(action()).toMatchObject({ block_id: "two", selected_option: { value: "edit two" } });
    await fixture.slack.clickHome("U0DEV", { actionId: "row", value: "edit one", blockId: "one" });
    expect(action()).toMatchObject({ block_id: "one" });
    const select = { type: "users_select", action_id: "who" };
    await home(sectionWith("x", select), sectionWith("y", select));
    await expect(fixture.slack.choose("U0DEV", "who", "U0REV")).rejects.toThrow("block_id");
    await fixture.slack.choose("U0DEV", "who", "U0REV", "y");
    expect(action()).toMatchObject({ block_id: "y", selected_user: "U0REV" });
  });

  test("its selects act and search from the view, with its private_metadata and state", async () => {
    const select = { type: "external_select", action_id: "project", min_query_length: 0 };
    const blocks = [sectionWith("p", select)];
    const view = { type: "home", private_metadata: "tab", blocks } as never;
    const { view: published } = await fixture.client.views.publish({ user_id: "U0DEV", view });
    fixture.bot.answer = (body) =>
      body.type === "block_suggestion" ? Response.json({ options }) : new Response();
    expect(await fixture.slack.suggest("U0DEV", "project", "pr")).toMatchObject(options);
    expect(fixture.body()).toMatchObject({
      type: "block_suggestion",
      container: { type: "view", view_id: published?.id },
      view: { type: "home", private_metadata: "tab" },
      value: "pr",
    });
    await fixture.slack.choose("U0DEV", "project", "prod");
    expect(fixture.body()).toMatchObject({
      type: "block_actions",
      container: { type: "view", view_id: published?.id },
      view: { type: "home", state: { values: { p: { project: { selected_option: { value: "prod" } } } } } },
    });
    expect(fixture.body()).not.toHaveProperty("state");
    expect(fixture.body()).not.toHaveProperty("response_url");
  });

  test("a click in it opens a modal on its own, and app_home_opened brings the view that is there", async () => {
    await home(menu("one"));
    await fixture.slack.openHome("U0DEV");
    expect(fixture.body()).toMatchObject({
      event: { type: "app_home_opened", tab: "home", view: { type: "home" } },
    });
    await fixture.slack.clickHome("U0DEV", { actionId: "row", value: "edit one" });
    const view = modal([input("b", { type: "users_select", action_id: "a" })]) as never;
    await fixture.client.views.open({ trigger_id: String(fixture.body().trigger_id), view });
    expect(fixture.slack.topView("U0DEV")?.previousViewId).toBeNull();
  });
});

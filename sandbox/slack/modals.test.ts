import { describe, expect, test } from "vitest";
import {
  button,
  card,
  failure,
  message,
  modal,
  options,
  plain,
  search,
  setUpSlackStandIn,
  target,
} from "./fixture.ts";

import type { Json } from "./index.ts";

const fixture = setUpSlackStandIn();

describe("modals", () => {
  test("a trigger opens one view, within 3 seconds", async () => {
    await fixture.slack.command("U0DEV", "/promote");
    const view = modal([message]) as never;
    const trigger_id = String(fixture.body().trigger_id);
    expect((await fixture.client.views.open({ trigger_id, view })).view).toMatchObject({
      type: "modal",
      callback_id: "request",
      state: { values: { message: { message: { type: "plain_text_input", value: null } } } },
    });
    expect(await failure(fixture.client.views.open({ trigger_id, view }))).toMatchObject({
      error: "exchanged_trigger_id",
    });
    expect(await failure(fixture.client.views.open({ trigger_id: "1.2.x", view }))).toMatchObject({
      error: "invalid_trigger_id",
    });
    await fixture.slack.command("U0DEV", "/promote");
    fixture.clock += 3001;
    expect(
      await failure(fixture.client.views.open({ trigger_id: String(fixture.body().trigger_id), view })),
    ).toMatchObject({
      error: "expired_trigger_id",
    });
  });

  test("a submission carries the state; an empty answer closes the view", async () => {
    await fixture.openModal(modal([message, target], { private_metadata: "p" }));
    await fixture.slack.submit("U0DEV", { message: "please", target: "prod" });
    expect(fixture.body()).toMatchObject({
      type: "view_submission",
      view: {
        callback_id: "request",
        private_metadata: "p",
        state: {
          values: {
            message: { message: { type: "plain_text_input", value: "please" } },
            target: { target: { type: "static_select", selected_option: { value: "prod" } } },
          },
        },
      },
    });
    expect(fixture.slack.topView("U0DEV")).toBeUndefined();
  });

  test("Slack's client holds back a submission with an empty required input", async () => {
    await fixture.openModal(modal([target]));
    expect(await fixture.slack.submit("U0DEV")).toMatchObject({ error: "input_invalid" });
    expect(fixture.slack.topView("U0DEV")?.errors).toEqual({
      target: "Please complete this required field.",
    });
    expect(fixture.body()).toMatchObject({ command: "/promote" });
  });

  test("field errors stay on the view; an error for a block that is not there is a violation", async () => {
    await fixture.openModal(modal([message]));
    fixture.bot.answer = () => Response.json({ response_action: "errors", errors: { message: "Too long" } });
    await fixture.slack.submit("U0DEV", { message: "x" });
    expect(fixture.slack.topView("U0DEV")).toMatchObject({ errors: { message: "Too long" } });
    fixture.bot.answer = () => Response.json({ response_action: "errors", errors: { nowhere: "Hm" } });
    await fixture.slack.submit("U0DEV");
    expect(fixture.slack.topView("U0DEV")).toMatchObject({
      errors: {},
      problem: expect.stringContaining("connectionTrouble"),
    });
    expect(fixture.rules()).toEqual(["fieldErrorKey"]);
  });

  test("a bot that does not answer a submission leaves the view open with Slack's words", async () => {
    await fixture.openModal(modal([message]));
    fixture.bot.answer = () => new Response("", { status: 503 });
    await fixture.slack.submit("U0DEV", { message: "kept" });
    expect(fixture.slack.topView("U0DEV")).toMatchObject({
      problem: "We had some connectionTrouble connecting. Try again?",
      values: { message: { message: { value: "kept" } } },
    });
  });

  test("answers update, push and clear; at most three views deep", async () => {
    await fixture.openModal(modal([message]));
    fixture.bot.answer = () =>
      Response.json({ response_action: "update", view: modal([message], { callback_id: "two" }) });
    await fixture.slack.submit("U0DEV", { message: "kept" });
    expect(fixture.slack.topView("U0DEV")).toMatchObject({
      callbackId: "two",
      values: { message: { message: { value: "kept" } } },
    });
    fixture.bot.answer = () =>
      Response.json({ response_action: "push", view: modal([message], { callback_id: "three" }) });
    await fixture.slack.submit("U0DEV");
    await fixture.slack.submit("U0DEV");
    const [root, , third] = fixture.slack.workspace.views.stack("U0DEV");
    expect(third).toMatchObject({ callbackId: "three", rootViewId: root?.id });
    await fixture.slack.submit("U0DEV");
    expect(fixture.slack.workspace.views.stack("U0DEV")).toHaveLength(3);
    expect(fixture.rules()).toEqual(["viewStack"]);
    await fixture.slack.closeView("U0DEV");
    expect(fixture.slack.workspace.views.stack("U0DEV")).toHaveLength(2);
    fixture.bot.answer = () => Response.json({ response_action: "clear" });
    await fixture.slack.submit("U0DEV");
    expect(fixture.slack.topView("U0DEV")).toBeUndefined();
  });

  test("an update keeps what was typed where the ids are the same, and an old hash is refused", async () => {
    const viewId = await fixture.openModal(modal([message, target]));
    const hash = fixture.slack.topView("U0DEV")?.hash ?? "";
    fixture.slack.fill("U0DEV", "message", "typed");
    const view = modal([message, { ...target, block_id: "target-2" }]) as never;
    await fixture.slack.choose("U0DEV", "target", "prod");
    expect(fixture.body()).toMatchObject({
      type: "block_actions",
      container: { type: "view", view_id: viewId },
      actions: [{ action_id: "target", type: "static_select", selected_option: { value: "prod" } }],
      view: { hash, state: { values: { message: { message: { value: "typed" } } } } },
    });
    await fixture.client.views.update({ view_id: viewId, hash, view });
    expect(fixture.slack.topView("U0DEV")?.values).toMatchObject({
      message: { message: { value: "typed" } },
      "target-2": { target: { selected_option: null } },
    });
    expect(await failure(fixture.client.views.update({ view_id: viewId, hash, view }))).toMatchObject({
      error: "hash_conflict",
    });
    await fixture.slack.closeView("U0DEV");
    expect(await failure(fixture.client.views.update({ view_id: viewId, view }))).toMatchObject({
      error: "not_found",
    });
  });

  test("an external select asks the bot, takes at most 100 options, and only what was offered", async () => {
    await fixture.openModal(modal([search]));
    fixture.bot.answer = () => Response.json({ options });
    expect(await fixture.slack.suggest("U0DEV", "integration", "pr")).toMatchObject(options);
    expect(fixture.body()).toMatchObject({ type: "block_suggestion", action_id: "integration", value: "pr" });
    await expect(fixture.slack.choose("U0DEV", "integration", "other")).rejects.toThrow('no option "other"');
    expect(await fixture.slack.choose("U0DEV", "integration", "prod")).toMatchObject({
      error: "not_dispatched",
    });
    fixture.bot.answer = () => Response.json({ options: Array.from({ length: 101 }, () => options[0]) });
    expect(await fixture.slack.suggest("U0DEV", "integration", "")).toEqual([]);
    expect(fixture.rules()).toEqual(["selectOptions"]);
  });

  test("views.push needs a trigger out of a modal; closing tells the bot where it asked", async () => {
    const section = { type: "section", text: plain("x"), accessory: button("1") };
    const viewId = await fixture.openModal(modal([section], { notify_on_close: true }));
    await fixture.slack.clickView("U0DEV", { actionId: "review.approve" });
    const pushed = modal([message], { callback_id: "second" }) as never;
    await fixture.client.views.push({ trigger_id: String(fixture.body().trigger_id), view: pushed });
    expect(fixture.slack.topView("U0DEV")).toMatchObject({ callbackId: "second", previousViewId: viewId });
    await fixture.slack.closeView("U0DEV");
    await fixture.slack.closeView("U0DEV");
    expect(fixture.body()).toMatchObject({ type: "view_closed", is_cleared: false, view: { id: viewId } });
  });

  test("× on a stacked modal closes all of them, each with is_cleared", async () => {
    const section = { type: "section", text: plain("x"), accessory: button("1") };
    await fixture.openModal(modal([section], { notify_on_close: true }));
    await fixture.slack.clickView("U0DEV", { actionId: "review.approve" });
    const pushed = modal([message], { callback_id: "second", notify_on_close: true }) as never;
    await fixture.client.views.push({ trigger_id: String(fixture.body().trigger_id), view: pushed });
    await fixture.slack.closeView("U0DEV", "×");
    expect(fixture.slack.topView("U0DEV")).toBeUndefined();
    const closed = fixture.bot.received.map(({ body }) => body).filter(({ type }) => type === "view_closed");
    expect(closed).toMatchObject([
      { is_cleared: true, view: { callback_id: "second" } },
      { is_cleared: true, view: { callback_id: "request" } },
    ]);
  });

  test("submit_disabled is refused", async () => {
    await fixture.slack.command("U0DEV", "/promote");
    const view = modal([message], { submit_disabled: true }) as never;
    const opened = fixture.client.views.open({ trigger_id: String(fixture.body().trigger_id), view });
    expect(await failure(opened)).toMatchObject({ error: "invalid_arguments" });
  });

  test("a search carries none of the current choices, only what the view was drawn with", async () => {
    await fixture.openModal(modal([message, target, search]));
    fixture.slack.fill("U0DEV", "target", "prod");
    fixture.bot.answer = () => Response.json({ options });
    await fixture.slack.suggest("U0DEV", "integration", "");
    expect(fixture.body().view).toMatchObject({ state: { values: {} }, blocks: [{}, {}, {}] });
  });

  test("what is typed arrives escaped, with emoji as codes, and the view shows it as typed", async () => {
    await fixture.openModal(modal([message]));
    await fixture.slack.submit("U0DEV", { message: "a & <b> 👍" });
    const value = "a &amp; &lt;b&gt; :+1:";
    expect(fixture.body().view).toMatchObject({ state: { values: { message: { message: { value } } } } });
  });

  test.each([
    ["none", undefined],
    ["empty", { values: [] }],
  ] as const)("a click and a submission can come without the state: %s", async (sentState, state) => {
    const section = { type: "section", text: plain("x"), accessory: button("1") };
    await fixture.openModal(modal([section, message]));
    fixture.slack.faults.sentState = sentState;
    await fixture.slack.clickView("U0DEV", { actionId: "review.approve" });
    expect((fixture.body().view as Json).state).toEqual(state);
    await fixture.slack.submit("U0DEV", { message: "x" });
    expect((fixture.body().view as Json).state).toEqual(state);
  });

  test("only a submission names the workspace that installed the app", async () => {
    const section = { type: "section", text: plain("x"), accessory: button("1") };
    await fixture.openModal(modal([section, message]));
    await fixture.slack.clickView("U0DEV", { actionId: "review.approve" });
    expect(fixture.body().view).not.toHaveProperty("app_installed_team_id");
    await fixture.slack.submit("U0DEV", { message: "x" });
    expect(fixture.body().view).toMatchObject({ app_installed_team_id: "T0SANDBOX" });
  });

  test("a Home is published, changed under its hash, and clicked", async () => {
    const view = { type: "home", blocks: card } as never;
    const { view: home } = await fixture.client.views.publish({ user_id: "U0DEV", view });
    expect(
      await failure(fixture.client.views.publish({ user_id: "U0DEV", view, hash: "old" })),
    ).toMatchObject({
      error: "hash_conflict",
    });
    await fixture.client.views.publish({ user_id: "U0DEV", view, hash: home?.hash ?? "" });
    await fixture.slack.clickHome("U0DEV", { actionId: "review.approve" });
    expect(fixture.body()).toMatchObject({
      container: { type: "view", view_id: home?.id },
      view: { type: "home" },
    });
  });
});

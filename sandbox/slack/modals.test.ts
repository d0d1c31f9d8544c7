import { describe, expect, test } from "vitest";
import {
  button,
  card,
  failure,
  freshScene,
  message,
  modal,
  options,
  plain,
  search,
  target,
} from "./fixture.ts";

const scene = freshScene();

describe("modals", () => {
  test("a trigger opens one view, within 3 seconds", async () => {
    await scene.slack.command("U0DEV", "/promote");
    const view = modal([message]) as never;
    const trigger_id = String(scene.body().trigger_id);
    expect((await scene.client.views.open({ trigger_id, view })).view).toMatchObject({
      type: "modal",
      callback_id: "request",
      state: { values: { message: { message: { type: "plain_text_input", value: null } } } },
    });
    expect(await failure(scene.client.views.open({ trigger_id, view }))).toMatchObject({
      error: "exchanged_trigger_id",
    });
    expect(await failure(scene.client.views.open({ trigger_id: "1.2.x", view }))).toMatchObject({
      error: "invalid_trigger_id",
    });
    await scene.slack.command("U0DEV", "/promote");
    scene.clock += 3001;
    expect(
      await failure(scene.client.views.open({ trigger_id: String(scene.body().trigger_id), view })),
    ).toMatchObject({
      error: "expired_trigger_id",
    });
  });

  test("a submission carries the state; an empty answer closes the view", async () => {
    await scene.openModal(modal([message, target], { private_metadata: "p" }));
    await scene.slack.submit("U0DEV", { message: "please", target: "prod" });
    expect(scene.body()).toMatchObject({
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
    expect(scene.slack.topView("U0DEV")).toBeUndefined();
  });

  test("Slack's client holds back a submission with an empty required input", async () => {
    await scene.openModal(modal([target]));
    expect(await scene.slack.submit("U0DEV")).toMatchObject({ error: "input_invalid" });
    expect(scene.slack.topView("U0DEV")?.errors).toEqual({ target: "Please complete this required field." });
    expect(scene.body()).toMatchObject({ command: "/promote" });
  });

  test("field errors stay on the view; an error for a block that is not there is a violation", async () => {
    await scene.openModal(modal([message]));
    scene.bot.answer = () => Response.json({ response_action: "errors", errors: { message: "Too long" } });
    await scene.slack.submit("U0DEV", { message: "x" });
    expect(scene.slack.topView("U0DEV")).toMatchObject({ errors: { message: "Too long" } });
    scene.bot.answer = () => Response.json({ response_action: "errors", errors: { nowhere: "Hm" } });
    await scene.slack.submit("U0DEV");
    expect(scene.slack.topView("U0DEV")).toMatchObject({
      errors: {},
      problem: expect.stringContaining("trouble"),
    });
    expect(scene.rules()).toEqual(["fieldErrorKey"]);
  });

  test("a bot that does not answer a submission leaves the view open with Slack's words", async () => {
    await scene.openModal(modal([message]));
    scene.bot.answer = () => new Response("", { status: 503 });
    await scene.slack.submit("U0DEV", { message: "kept" });
    expect(scene.slack.topView("U0DEV")).toMatchObject({
      problem: "We had some trouble connecting. Try again?",
      values: { message: { message: { value: "kept" } } },
    });
  });

  test("answers update, push and clear; at most three views deep", async () => {
    await scene.openModal(modal([message]));
    scene.bot.answer = () =>
      Response.json({ response_action: "update", view: modal([message], { callback_id: "two" }) });
    await scene.slack.submit("U0DEV", { message: "kept" });
    expect(scene.slack.topView("U0DEV")).toMatchObject({
      callbackId: "two",
      values: { message: { message: { value: "kept" } } },
    });
    scene.bot.answer = () =>
      Response.json({ response_action: "push", view: modal([message], { callback_id: "three" }) });
    await scene.slack.submit("U0DEV");
    await scene.slack.submit("U0DEV");
    const [root, , third] = scene.slack.workspace.views.stack("U0DEV");
    expect(third).toMatchObject({ callbackId: "three", rootViewId: root?.id });
    await scene.slack.submit("U0DEV");
    expect(scene.slack.workspace.views.stack("U0DEV")).toHaveLength(3);
    expect(scene.rules()).toEqual(["viewStack"]);
    await scene.slack.closeView("U0DEV");
    expect(scene.slack.workspace.views.stack("U0DEV")).toHaveLength(2);
    scene.bot.answer = () => Response.json({ response_action: "clear" });
    await scene.slack.submit("U0DEV");
    expect(scene.slack.topView("U0DEV")).toBeUndefined();
  });

  test("an update keeps what was typed where the ids are the same, and an old hash is refused", async () => {
    const viewId = await scene.openModal(modal([message, target]));
    const hash = scene.slack.topView("U0DEV")?.hash ?? "";
    scene.slack.fill("U0DEV", "message", "typed");
    const view = modal([message, { ...target, block_id: "target-2" }]) as never;
    await scene.slack.choose("U0DEV", "target", "prod");
    expect(scene.body()).toMatchObject({
      type: "block_actions",
      container: { type: "view", view_id: viewId },
      actions: [{ action_id: "target", type: "static_select", selected_option: { value: "prod" } }],
      view: { hash, state: { values: { message: { message: { value: "typed" } } } } },
    });
    await scene.client.views.update({ view_id: viewId, hash, view });
    expect(scene.slack.topView("U0DEV")?.values).toMatchObject({
      message: { message: { value: "typed" } },
      "target-2": { target: { selected_option: null } },
    });
    expect(await failure(scene.client.views.update({ view_id: viewId, hash, view }))).toMatchObject({
      error: "hash_conflict",
    });
    await scene.slack.closeView("U0DEV");
    expect(await failure(scene.client.views.update({ view_id: viewId, view }))).toMatchObject({
      error: "not_found",
    });
  });

  test("an external select asks the bot, takes at most 100 options, and only what was offered", async () => {
    await scene.openModal(modal([search]));
    scene.bot.answer = () => Response.json({ options });
    expect(await scene.slack.suggest("U0DEV", "integration", "pr")).toMatchObject(options);
    expect(scene.body()).toMatchObject({ type: "block_suggestion", action_id: "integration", value: "pr" });
    await expect(scene.slack.choose("U0DEV", "integration", "other")).rejects.toThrow('no option "other"');
    expect(await scene.slack.choose("U0DEV", "integration", "prod")).toMatchObject({
      error: "not_dispatched",
    });
    scene.bot.answer = () => Response.json({ options: Array.from({ length: 101 }, () => options[0]) });
    expect(await scene.slack.suggest("U0DEV", "integration", "")).toEqual([]);
    expect(scene.rules()).toEqual(["selectOptions"]);
  });

  test("views.push needs a trigger out of a modal; closing tells the bot where it asked", async () => {
    const section = { type: "section", text: plain("x"), accessory: button("1") };
    const viewId = await scene.openModal(modal([section], { notify_on_close: true }));
    await scene.slack.clickView("U0DEV", { actionId: "review.approve" });
    const pushed = modal([message], { callback_id: "second" }) as never;
    await scene.client.views.push({ trigger_id: String(scene.body().trigger_id), view: pushed });
    expect(scene.slack.topView("U0DEV")).toMatchObject({ callbackId: "second", previousViewId: viewId });
    await scene.slack.closeView("U0DEV");
    await scene.slack.closeView("U0DEV");
    expect(scene.body()).toMatchObject({ type: "view_closed", is_cleared: false, view: { id: viewId } });
  });

  test("a Home is published, changed under its hash, and clicked", async () => {
    const view = { type: "home", blocks: card } as never;
    const { view: home } = await scene.client.views.publish({ user_id: "U0DEV", view });
    expect(await failure(scene.client.views.publish({ user_id: "U0DEV", view, hash: "old" }))).toMatchObject({
      error: "hash_conflict",
    });
    await scene.client.views.publish({ user_id: "U0DEV", view, hash: home?.hash ?? "" });
    await scene.slack.clickHome("U0DEV", { actionId: "review.approve" });
    expect(scene.body()).toMatchObject({
      container: { type: "view", view_id: home?.id },
      view: { type: "home" },
    });
  });
});

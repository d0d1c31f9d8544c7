import { afterAll, beforeAll, expect, test } from "vitest";
import { system } from "../../../src/domain/shared/actor.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { useToken } from "../../../src/usecases/tokens/use-token.ts";
import { accepted } from "../../support/catalog.ts";
import { openSettingsAs } from "../../support/settings.ts";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
let text: string;

beforeAll(async () => {
  stack = await startTestStack();
  const { context, organizationId } = stack.app;
  const by = { organizationId, actor: system("test"), surface: "command-line" as const };
  const made = {
    name: "CI",
    scopes: ["requests:write" as const],
    projectId: null,
    memberId: stack.id("ada"),
  };
  ({ text } = accepted(await createToken(context, { ...by, ...made })));
});
afterAll(() => stack?.stop());

const open = async () => {
  const ada = openSettingsAs(stack, "ada", "modal");
  await ada.open();
  await ada.press("Show API Tokens");
  await ada.waitForText("*CI*");
  return ada;
};

test("an admin adds a scope and a last day in Edit Token, and the secret stays the same", async () => {
  const ada = await open();
  await ada.press("Edit CI");
  await eventually(() => expect(stack.modal("ada").title?.text).toBe("Edit Token"));
  expect(await ada.submit({ token_ends: "2020-01-01" })).toEqual({ token_ends: "Choose a day after today." });
  const scopes = ["requests:write", "requests:on-behalf"];
  expect(await ada.submit({ token_scopes: scopes, token_ends: "2099-12-31" })).toEqual({});
  await ada.waitForText(/`requests:write` `requests:on-behalf`\n.*never used · ends <!date/);
  expect(accepted(await useToken(stack.app.context, text)).scopes).toEqual(scopes);
  await ada.close();
});

test("a token is offered, taken over in Slack, and its new secret is shown once", async () => {
  const ada = await open();
  await ada.press("Hand over CI");
  await eventually(() => expect(stack.modal("ada").title?.text).toBe("Hand Over Token"));
  expect(await ada.submit({ token_member: stack.id("bob") })).toEqual({});
  await ada.waitForText("offered to Bob Reviewer");
  await stack.settle();
  expect(stack.texts("bob").at(-1)).toContain("An admin offers you the API token CI.");
  await stack.press("bob", "take_token");
  await eventually(() => expect(stack.modal("bob").title?.text).toBe("Take Over Token"));
  await stack.slack.submit(stack.id("bob"), {});
  await eventually(() => expect(stack.modalText("bob")).toContain("The old secret works until"));
  const [taken = ""] = stack.modalText("bob").match(/sgn_[A-Za-z0-9_-]{43}/) ?? [];
  expect(accepted(await useToken(stack.app.context, taken)).memberId).toBe(stack.id("bob"));
  await stack.slack.closeView(stack.id("bob"));
  await stack.press("bob", "take_token");
  await eventually(() => expect(stack.lastEphemeral("bob")).toContain("no longer offered to you"));
  expect(stack.slack.violations).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { member, system } from "../../../src/domain/shared/actor.ts";
import { scopes } from "../../../src/domain/tokens/scope.ts";
import type { ApiToken } from "../../../src/domain/tokens/token.ts";
import { cancelPromotion } from "../../../src/usecases/requests/cancel-promotion.ts";
import { requestThroughToken } from "../../../src/usecases/requests/request-through-token.ts";
import { createToken } from "../../../src/usecases/tokens/create-token.ts";
import { accepted } from "../../support/catalog.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;
let token: ApiToken;

beforeAll(async () => {
  stack = await startTestStack();
  const { context, organizationId } = stack.app;
  const by = { organizationId, actor: system("test"), surface: "command-line" as const };
  const made = { name: "CI", scopes, projectId: null, memberId: stack.id("ada") };
  ({ token } = accepted(await createToken(context, { ...by, ...made })));
});
afterAll(() => stack?.stop());

async function ask(requester: string | null): Promise<number> {
  const { number } = accepted(
    await requestThroughToken(stack.app.context, {
      ...{ token, project: "commerce", integration: "orders-sync", target: "staging", build: null },
      ...{ message: "", requester, replaces: null, confirmedFingerprint: null },
    }),
  );
  await stack.settle();
  return number;
}

const click = (name: string, number: number) =>
  stack.slack.click(stack.id(name), stack.cardFor(name, number), { actionId: "disown_request" });

const hasButton = (name: string, number: number) =>
  JSON.stringify(stack.cardFor(name, number).blocks).includes("disown_request");

test("R5: a token's own member sees no such button on their card", async () => {
  const number = await ask(null);
  expect(hasButton("ada", number)).toBe(false);
  const { context, organizationId } = stack.app;
  const by = { organizationId, actor: member(stack.id("ada")), surface: "slack" as const };
  accepted(await cancelPromotion(context, { ...by, number, reason: "" }));
  await stack.settle();
});

test("R5: the named member reads which token it was, and cancels what they did not ask for", async () => {
  const number = await ask(stack.id("dana"));
  expect(textOf(stack.cardFor("dana", number))).toContain("The token *CI* asked for this in your name");
  expect(hasButton("dana", number)).toBe(true);
  expect(hasButton("bob", number)).toBe(false);
  await click("dana", number);
  await stack.settle();
  await eventually(() => expect(stack.lastEphemeral("dana")).toContain(`#${number} is cancelled`));
  for (const name of ["dana", "bob"]) {
    expect(textOf(stack.cardFor(name, number))).toContain("I did not ask for this.");
  }
  expect(stack.texts("ada").at(-1)).toMatch(new RegExp(`#${number} .* was cancelled by Dana Developer`));
  expect(stack.texts("ada").at(-1)).toContain("I did not ask for this.");
  expect(hasButton("dana", number)).toBe(false);
  await eventually(async () => {
    const mails = (await stack.mail.inbox()).filter(({ subject }) => subject.includes(`#${number}`));
    expect(mails.map(({ to }) => to)).toContain("ada@acme.example");
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, textOf } from "../../support/test-stack.ts";
import { startWebhookStack, type WebhookStack } from "./webhook-stack.ts";

let stack: WebhookStack;
beforeAll(async () => {
  stack = await startWebhookStack();
});
afterAll(() => stack?.stopAll());

const own = (number: number) => textOf(stack.cardFor("dana", number));

test("R10: while it is tried again, the card says why; End Attempt asks for a reason and ends it", async () => {
  stack.receiver.answers((response) => response.writeHead(503).end("maintenance"));
  const number = await stack.promoted();
  await eventually(() => expect(own(number)).toContain("The webhook answered 503: maintenance"));
  expect(own(number)).toContain("Not delivered yet, Signoff tries again");
  await stack.press("dana", "open_end_attempt");
  await eventually(() => expect(stack.modal("dana").title?.text).toBe("End Attempt"));
  expect(textOf(stack.modal("dana"))).toContain("This does not stop the deployment");
  await stack.slack.submit(stack.id("dana"), { reason_input: "The server is gone" });
  await eventually(() => expect(own(number)).toContain("The attempt was ended by Dana Developer"));
  expect(own(number)).toContain("The server is gone");
  expect(own(number)).not.toContain("Signoff tries again");
  await eventually(() =>
    expect(textOf(stack.cardFor("bob", number))).toContain("The attempt was ended by Dana Developer"),
  );
  stack.receiver.answers();
  await stack.settle();
  expect(await stack.attempts(number)).toMatchObject([{ status: "unknown", reason: "The server is gone" }]);
  expect(stack.slack.violations).toEqual([]);
});

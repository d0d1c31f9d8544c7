import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../support/test-stack.ts";
import { startWebhookStack, type WebhookStack } from "./webhook-stack.ts";

let stack: WebhookStack;

beforeAll(async () => {
  stack = await startWebhookStack();
});
afterAll(() => stack?.stopAll());

test("R9: what is renamed after an attempt began keeps its names in every call of that attempt", async () => {
  const { sql } = stack.database.database;
  let isBusy = true;
  stack.receiver.answers((response) => response.writeHead(isBusy ? 503 : 202).end());
  await stack.approvedNext();
  await stack.press("dana", "promote_request");
  await eventually(() => expect(stack.receiver.calls).toHaveLength(1));
  await sql`update integrations set name = 'Returns', slug = 'returns-2' where slug = 'orders-sync'`;
  await sql`update environments set name = 'Production Two', slug = 'production-two' where slug = 'staging'`;
  await sql`update projects set name = 'Shop' where slug = 'commerce'`;
  isBusy = false;
  await sql`update outbox set available_at = now() where key like 'deploy:%' and settled_at is null`;
  await eventually(() => expect(stack.receiver.calls).toHaveLength(2));
  const [first, second] = stack.receiver.calls.map(({ event }) => event);
  expect(second).toEqual(first);
  expect(second).toMatchObject({
    project: { slug: "commerce", name: "Commerce" },
    integration: { slug: "orders-sync", name: "Orders Sync" },
    to: { slug: "staging", name: "Staging" },
  });
  await stack.settle();
});

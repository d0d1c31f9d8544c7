import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWebhookReceiver, type WebhookReceiver } from "../../deployments/webhook/webhook-receiver.ts";
import { eventually, textOf } from "../../support/test-stack.ts";
import { startUpgraded, type Upgraded } from "./start-upgraded.ts";

let receiver: WebhookReceiver;
let stack: Upgraded;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  stack = await startUpgraded({ webhookUrl: receiver.url });
  await stack.settle();
});
afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
});

const stateOf = async (number: number) => {
  const [row] = await stack.database.database.sql<{ state: string }[]>`
    select state from requests where number = ${number}`;
  return row?.state;
};

/** Clicks a button that the previous version drew on a person's card of a request. */
async function pressOld(name: string, number: number, actionId: string): Promise<void> {
  const answer = await stack.slack.click(stack.id(name), oldCard(stack.id(name), number), { actionId });
  expect(answer).toMatchObject({ status: 200 });
  await stack.settle();
}

/** Returns a card with the content that the previous version gave it. */
function oldCard(userId: string, number: number) {
  const { slack, previous } = stack;
  const shown = slack.messagesFor(userId).find((message) => startsWith(message, number));
  const drawn = previous.messages.find(({ ts }) => ts === shown?.ts);
  if (shown === undefined || drawn === undefined) throw new Error(`There is no card of #${number}`);
  return Object.assign(shown, { blocks: drawn.blocks });
}

const startsWith = ({ blocks }: { blocks: object[] }, number: number): boolean =>
  (blocks[0] as { type?: string } | undefined)?.type === "header" &&
  textOf({ blocks }).startsWith(`#${number} `);

test("upgrade: what was to be delivered when the previous version stopped is delivered", async () => {
  expect(await stateOf(7)).toBe("approved");
  expect(stack.texts("sam").join("\n")).toMatch(/Carol Reviewer.* approved #7/);
  await eventually(async () => {
    const mails = await stack.mail.inbox();
    expect(
      mails.filter(({ to, subject }) => to === "sam@acme.example" && subject.includes("#7")),
    ).toHaveLength(1);
  });
  const waiting = await stack.database.database.sql`select kind, reason from outbox where outcome = 'dead'`;
  expect(waiting).toEqual([]);
});

describe("upgrade: requests that were open go on to their end", () => {
  test("one of two approvals counts, and the other is given on the card of the previous version", async () => {
    await pressOld("carol", 1, "approve_request");
    expect(await stateOf(1)).toBe("approved");
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", 1), { actionId: "promote_request" });
    await stack.settle();
    expect(await stateOf(1)).toBe("promoted");
  });

  test("a deployment in progress is reported with the token that came with its webhook", async () => {
    const { path, token } = stack.previous.reports[2] ?? {};
    const response = await fetch(`${stack.botUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ status: "succeeded" }),
    });
    expect([response.status, await response.json()]).toMatchObject([200, { changed: true }]);
    expect(await stateOf(2)).toBe("promoted");
  });

  test("a failed one is tried again with the webhook and the secret that were stored", async () => {
    await pressOld("dana", 3, "promote_request");
    expect(await stateOf(3)).toBe("promoting");
    expect(receiver.calls.at(-1)?.event).toMatchObject({
      request: { number: 3 },
      build: { id: "returns-2" },
    });
  });

  test("one that was approved through a token is promoted, and its repeated call is answered as before", async () => {
    const month = { project: "finance", integration: "ledger", target: "production", message: "Month end" };
    const response = await fetch(`${stack.botUrl}/api/v1/requests`, {
      method: "POST",
      headers: {
        ...{ authorization: `Bearer ${stack.previous.tokens.CI}`, "content-type": "application/json" },
        "idempotency-key": "month-end",
      },
      body: JSON.stringify({ ...month, requester: "dev@acme.example" }),
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("idempotency-replayed")).toBe("true");
    expect(await response.json()).toMatchObject({ number: 4 });
    await pressOld("dana", 4, "promote_request");
    expect(await stateOf(4)).toBe("promoted");
  });

  test("a deployment that a pipeline had begun ends with its report", async () => {
    const path = "/api/v1/projects/commerce/integrations/orders-sync/deployments";
    const response = await fetch(`${stack.botUrl}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.previous.tokens.CI}`, "content-type": "application/json" },
      body: JSON.stringify({ id: "run-slow", environment: "development", build: "orders-1" }),
    });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { status: "succeeded", live: true },
    ]);
  });
});

describe("upgrade: modals that were open are read", () => {
  test("a request is submitted in the modal that the previous version opened", async () => {
    await stack.slack.submit(stack.id("dana"), { message_input: "Typed before the upgrade" });
    await stack.settle();
    expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
    expect(await stateOf(8)).toBe("pending");
  });

  test("a rejection of a request that was decided meanwhile is told so", async () => {
    await stack.slack.submit(stack.id("carol"), { comment_input: "Too late" });
    expect(stack.modalText("carol")).toMatch(/#1 is not waiting for review[\s\S]*Too late/);
    expect(await stateOf(1)).toBe("promoted");
  });

  test("the settings and the Home open where they were left", async () => {
    await stack.pressModal("ada", "edit_workflow");
    await eventually(() => expect(stack.modal("ada").callbackId).toBe("configure_workflow"));
    await stack.openHome("dana");
    expect(stack.homeText("dana")).toContain("Commerce");
  });
});

test("upgrade: everything was delivered without an error of Slack", async () => {
  expect(stack.slack.violations).toEqual([]);
});

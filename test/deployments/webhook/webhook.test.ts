import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually, textOf } from "../../support/test-stack.ts";
import { type Call, report, verifySignature } from "./webhook-receiver.ts";
import { startWebhookStack, type WebhookStack } from "./webhook-stack.ts";

let stack: WebhookStack;
beforeAll(async () => {
  stack = await startWebhookStack();
});
afterAll(() => stack?.stopAll());
afterEach(async () => {
  stack.receiver.calls.length = 0;
  stack.receiver.answers();
  expect(stack.slack.violations).toEqual([]);
});

const own = (number: number) => textOf(stack.cardFor("dana", number));

const lastCall = (): Call => {
  const call = stack.receiver.calls.at(-1);
  if (call === undefined) throw new Error("Nothing was sent");
  return call;
};

const mailsOf = async (number: number) =>
  (await stack.mail.inbox()).filter(
    ({ to, subject }) => to.startsWith("dev@") && subject.includes(`#${number}`),
  );

describe("a promotion that a webhook carries out", () => {
  test("is sent once, signed; its link shows while it runs, and its success promotes", async () => {
    const number = await stack.promoted("Ship it");
    expect(stack.receiver.calls).toHaveLength(1);
    const { event } = lastCall();
    expect(verifySignature(lastCall(), stack.secret)).toMatchObject({
      type: "promotion.deploy",
      request: { number, message: "Ship it", requester: { id: stack.id("dana") } },
      integration: { slug: "orders-sync" },
      from: { slug: "development" },
      to: { slug: "staging" },
      approvedBy: [{ id: stack.id("bob") }],
    });
    expect(own(number)).toContain("Promoting, started by Dana Developer");
    const link = "https://ci.example/runs/7";
    expect(await report(event, { status: "in progress", link })).toEqual({
      status: 200,
      body: { id: event.attempt, status: "in progress", changed: true, notes: [] },
    });
    await stack.settle();
    expect(own(number)).toContain(`<${link}|Follow the deployment> (${new URL(link).host})`);
    expect(await report(event, { status: "succeeded", reason: null })).toMatchObject({
      status: 200,
      body: { status: "succeeded", changed: true },
    });
    await stack.settle();
    expect(own(number)).toMatch(/Promoted: 7\.0\.\d+ is live in Staging/);
    expect(own(number)).toContain(`<${link}|Look at the deployment> (${new URL(link).host})`);
    expect(await report(event, { status: "failed", reason: "too late", link: null })).toMatchObject({
      status: 200,
      body: { status: "succeeded", changed: false },
    });
  });

  test("that failed says why in card, message and email; it can be tried again", async () => {
    const number = await stack.promoted();
    const first = lastCall().event;
    const reason = `disk <!channel> full\n${"x".repeat(5_000)}`;
    const link = "https://ci.example/runs/8";
    expect(await report(first, { status: "failed", reason, link })).toMatchObject({ status: 200 });
    await stack.settle();
    const card = stack.cardFor("dana", number);
    expect(textOf(card)).toContain("The deployment failed");
    expect(textOf(card)).toContain("disk <!channel> full");
    expect(textOf(card)).toContain(`<${link}|Look at the deployment> (${new URL(link).host})`);
    expect(JSON.stringify(card.blocks)).toMatch(/"text":"Try Again"[\s\S]*"text":"Cancel Request"/);
    const notices = stack
      .texts("dana")
      .filter((text) => text.includes(`⚠️ #${number} `))
      .at(-1);
    expect(notices).toContain("disk <!channel> full");
    expect(notices).toContain(`<${link}|Look at the deployment> (${new URL(link).host})`);
    const [mail] = (await mailsOf(number)).filter(({ subject }) => subject.includes("Failed"));
    expect(mail?.text).toContain("disk <!channel> full");
    expect(mail?.text).toContain(link);

    await stack.pressPromote(number);
    await stack.settle();
    const second = lastCall().event;
    expect(second.attempt).not.toBe(first.attempt);
    await report(second, { status: "succeeded" });
    await stack.settle();
    expect(own(number)).toContain("Promoted:");
    expect((await stack.attempts(number)).map(({ status }) => status)).toEqual(["failed", "succeeded"]);
  });

  test("that the far side refuses has failed, with its words, and can be cancelled", async () => {
    stack.receiver.answers((response) => response.writeHead(403).end("this cluster is frozen"));
    const number = await stack.promoted();
    expect(own(number)).toContain("The deployment failed");
    expect(own(number)).toContain("The webhook answered 403: this cluster is frozen");
    await stack.press("dana", "open_cancel");
    await eventually(() => expect(stack.modal("dana").title?.text).toBe(`Cancel #${number}`));
    await stack.slack.submit(stack.id("dana"));
    await stack.settle();
    expect(own(number)).toContain("Cancelled by Dana Developer");
  });

  test("whose answer was lost is sent again under the same key, and is one attempt", async () => {
    let lost = 0;
    stack.receiver.answers((response) => {
      if (lost++ < 2) response.destroy();
      else response.writeHead(202).end('{"link":"https://ci.example/runs/9"}');
    });
    const number = await stack.promoted();
    await eventually(() => expect(stack.receiver.calls).toHaveLength(3));
    await stack.settle();
    expect(new Set(stack.receiver.calls.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(stack.receiver.calls.map(({ body }) => body)).size).toBe(1);
    expect(await stack.attempts(number)).toMatchObject([
      { status: "in progress", link: "https://ci.example/runs/9" },
    ]);
    await report(lastCall().event, { status: "succeeded" });
    await stack.settle();
  });

  test("R9: continues if another deployer is chosen in the meantime, which ends only its own deployments", async () => {
    const { sql } = stack.database.database;
    stack.receiver.answers((response) => response.destroy());
    const number = await stack.approvedNext();
    await stack.pressPromote(number);
    await eventually(() => expect(stack.receiver.calls).toHaveLength(1));
    await sql`update integrations set deployer = 'record' where slug = 'orders-sync'`;
    stack.receiver.answers();
    await stack.settle();
    await sql`update integrations set deployer = 'webhook' where slug = 'orders-sync'`;
    expect(await stack.attempts(number)).toMatchObject([{ status: "in progress" }]);
    await report(lastCall().event, { status: "succeeded" });
    await stack.settle();
    expect(own(number)).toContain("Promoted:");
  });
});

describe("a far side that never answers, until it is given up", () => {
  /** Makes the next attempt the last one. */
  const lastTry = (number: number) =>
    eventually(async () => {
      await stack.database.database.sql`
        update outbox set attempts = 23, available_at = now()
        where kind = 'deploy' and settled_at is null and leased_until is null`;
      await stack.settle();
      expect(own(number)).not.toContain("Promoting");
    });

  test("may have got a call: it counts as unknown", async () => {
    stack.receiver.answers((response) => response.destroy());
    const number = await stack.promoted();
    await lastTry(number);
    expect(own(number)).toContain("The deployment went silent: it may still be running");
    await stack.cancelOpen(number);
  });

  test("was never reached at all: nothing can be running, and it has failed", async () => {
    const { sql } = stack.database.database;
    await sql`update webhooks set url = 'http://nobody.invalid/'`;
    const number = await stack.promoted();
    await lastTry(number);
    await sql`update webhooks set url = ${stack.receiver.url}`;
    expect(own(number)).toContain("The deployment failed");
    expect(own(number)).toContain("Why it failed");
    expect(own(number)).toContain("nobody.invalid");
    await stack.pressPromote(number);
    await stack.settle();
    await report(lastCall().event, { status: "succeeded" });
    await stack.settle();
    expect(own(number)).toContain("Promoted:");
  });
});

describe("a far side that goes silent", () => {
  test("ends as unknown by the scheduled job, in words; a late failure says why, and a late success promotes", async () => {
    const number = await stack.promoted();
    const first = lastCall().event;
    await stack.passReportDeadline();
    expect(own(number)).toContain("The deployment went silent: it may still be running");
    expect(own(number)).toContain("Why it counts as unknown");
    expect(own(number)).toContain("Nothing was heard of it within the time that was set for it.");
    const [mail] = (await mailsOf(number)).filter(({ subject }) => subject.includes("No news"));
    expect(mail?.text).toContain("Nothing was heard of it");
    expect(await report(first, { status: "failed", reason: "no disk" })).toMatchObject({
      body: { status: "failed", changed: true },
    });
    await stack.settle();
    expect(own(number)).toContain("Why it failed");
    expect(own(number)).toContain("no disk");
    expect(own(number)).not.toContain("went silent");

    await stack.pressPromote(number);
    await stack.settle();
    await stack.passReportDeadline();
    expect(own(number)).toContain("went silent");
    expect(await report(lastCall().event, { status: "succeeded" })).toMatchObject({
      body: { status: "succeeded", changed: true },
    });
    await stack.settle();
    expect(own(number)).toContain("Promoted:");
  });
});

describe("a report that comes before our own note that it was accepted", () => {
  test.each([
    ["in progress", "Promoting", "Follow the deployment"],
    ["succeeded", "Promoted:", "Look at the deployment"],
    ["failed", "The deployment failed", "Look at the deployment"],
  ])("%s: it stays, with its link", async (status, words, label) => {
    const link = "https://ci.example/reported";
    const reported: number[] = [];
    stack.receiver.answers((response, { event }) => {
      void report(event, { status, link }).then(({ status: http }) => {
        reported.push(http);
        response.writeHead(202).end('{"link":"https://ci.example/answered"}');
      });
    });
    const number = await stack.promoted();
    expect(reported).toEqual([200]);
    expect(own(number)).toContain(words);
    expect(own(number)).toContain(`<${link}|${label}>`);
    if (status === "in progress") await report(lastCall().event, { status: "failed" });
    if (status !== "succeeded") await stack.cancelOpen(number);
  });

  test("and whose answer was lost is not sent again: the far side has it", async () => {
    stack.receiver.answers((response, { event }) => {
      void report(event, { status: "in progress" }).then(() => response.destroy());
    });
    const number = await stack.promoted();
    await stack.settle();
    expect(stack.receiver.calls).toHaveLength(1);
    expect(await stack.attempts(number)).toMatchObject([{ status: "in progress" }]);
    await report(lastCall().event, { status: "succeeded" });
    await stack.settle();
    expect(own(number)).toContain("Promoted:");
  });
});

describe("who may report", () => {
  type Sent = { id?: string; token?: string | null; body?: string; type?: string };
  let event: Call["event"];
  beforeAll(async () => {
    await stack.promoted();
    event = lastCall().event;
  });
  afterAll(async () => {
    await report(event, { status: "succeeded" });
    await stack.settle();
  });

  const send = async ({ id = event.attempt, token = event.report.token, body, type }: Sent) => {
    const response = await fetch(`${stack.botUrl}/api/v1/deployments/${id}/status`, {
      method: "POST",
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        "content-type": type ?? "application/json",
      },
      body: body ?? JSON.stringify({ status: "succeeded" }),
    });
    const problem = (await response.json()) as { code?: string };
    return [response.status, problem.code, response.headers.get("content-type")];
  };
  const problem = (status: number, code: string) => [status, code, "application/problem+json"];

  test("only the holder of this attempt's token", async () => {
    const { token } = event.report;
    const other = "00000000-0000-4000-8000-000000000000";
    expect(await send({ token: null })).toEqual(problem(401, "unauthorized"));
    expect(await send({ token: `${token.slice(0, -4)}AAAA` })).toEqual(problem(401, "unauthorized"));
    expect(await send({ token: "sgr_" })).toEqual(problem(401, "unauthorized"));
    expect(await send({ token: "sgn_nothing" })).toEqual(problem(401, "token-invalid"));
    expect(await send({ id: other })).toEqual(problem(401, "unauthorized"));
    expect(await send({ id: "1" })).toEqual(problem(401, "unauthorized"));
    const [{ status } = { status: "" }] = await stack.attempts(event.request.number);
    expect(status).toBe("in progress");
  });

  test("what is not a report is refused, and changes nothing", async () => {
    const { link } = { link: "javascript:alert(1)" };
    for (const body of [{}, { status: "unknown" }, { status: "done" }, { status: "in progress", link }]) {
      expect(await send({ body: JSON.stringify(body) })).toEqual(problem(422, "validation"));
    }
    expect(await send({ body: "{" })).toEqual(problem(400, "malformed"));
    expect(await send({ body: JSON.stringify({ status: "failed", reason: "x".repeat(2_000_000) }) })).toEqual(
      problem(413, "body-too-large"),
    );
    const [{ status } = { status: "" }] = await stack.attempts(event.request.number);
    expect(status).toBe("in progress");
  });
});

import type { RespondArguments } from "@slack/bolt";
import { expect, test, vi } from "vitest";
import { click, command, event, interaction, submission } from "./sign.ts";
import { startReceiver } from "./start-receiver.ts";

/** A promise with its resolve function. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

const acks: [string, string | RespondArguments | undefined, string, string | null][] = [
  ["nothing", undefined, "", null],
  ["an empty text", "", "", null],
  ["a text", "Hello", "Hello", "text/plain;charset=UTF-8"],
  [
    "an object",
    { response_type: "ephemeral", text: "Hi" },
    '{"response_type":"ephemeral","text":"Hi"}',
    "application/json",
  ],
];

test.each(acks)("ack with %s is answered 200 with it", async (_, ack, body, type) => {
  const { app, send } = await startReceiver();
  app.command("/promote", async (args) => args.ack(ack));
  const response = await send({ body: command() });
  expect([response.status, await response.text(), response.headers.get("content-type")]).toEqual([
    200,
    body,
    type,
  ]);
});

test("a submission is answered with its field errors", async () => {
  const { app, send } = await startReceiver();
  app.view("reject", async ({ ack }) => ack({ response_action: "errors", errors: { comment: "Say why." } }));
  const response = await send({ body: submission("reject") });
  expect(await response.json()).toEqual({ response_action: "errors", errors: { comment: "Say why." } });
});

test("a searchable select is answered with its options", async () => {
  const { app, send } = await startReceiver();
  const options = [{ text: { type: "plain_text" as const, text: "billing" }, value: "1" }];
  app.options("integration", async ({ ack }) => ack({ options }));
  const body = interaction({
    type: "block_suggestion",
    action_id: "integration",
    block_id: "b",
    value: "bi",
  });
  expect(await (await send({ body })).json()).toEqual({ options });
});

test("the answer waits for the ack, and not for the work after it", async () => {
  const { app, send } = await startReceiver();
  const [commit, reached, later] = [gate(), gate(), gate()];
  app.action("approve", async ({ ack }) => {
    reached.open();
    await commit.opened;
    await ack();
    await later.opened;
  });
  let answered = false;
  const answer = send({ body: click("approve") }).finally(() => {
    answered = true;
  });
  await reached.opened;
  await new Promise(setImmediate);
  expect(answered).toBe(false);
  commit.open();
  expect((await answer).status).toBe(200);
  later.open();
});

test("an event's answer waits for its listener, which is told that it came again", async () => {
  const { app, send } = await startReceiver();
  const [reached, hold] = [gate(), gate()];
  const seen: unknown[] = [];
  app.event("app_home_opened", async ({ context }) => {
    reached.open();
    await hold.opened;
    seen.push(context.retryNum, context.retryReason);
  });
  const headers = { "x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout" };
  let answered = false;
  const answer = send({
    body: event("app_home_opened"),
    contentType: "application/json",
    headers,
  }).finally(() => {
    answered = true;
  });
  await reached.opened;
  await new Promise(setImmediate);
  expect(answered).toBe(false);
  hold.open();
  expect((await answer).status).toBe(200);
  expect(seen).toEqual([2, "http_timeout"]);
});

test("an event whose listener fails gets 500, so that Slack sends it again; one that nobody listens to is taken", async () => {
  const { app, send } = await startReceiver();
  app.event("user_change", async () => {
    throw new Error("the database is away");
  });
  const answer = (type: string) => send({ body: event(type), contentType: "application/json" });
  expect((await answer("user_change")).status).toBe(500);
  expect((await answer("team_join")).status).toBe(200);
});

test.each([
  ["a command", command({ command: "/other" })],
  ["a click", click("nobody")],
  ["a submission", submission("nobody")],
  ["a shortcut", interaction({ type: "shortcut", callback_id: "nobody" })],
  ["a kind that Bolt does not know", interaction({ type: "workflow_step_edit" })],
])("%s that nothing listens to gets 404 at once", async (_, body) => {
  const { app, send } = await startReceiver({ answerWithin: 60_000 });
  app.command("/promote", async ({ ack }) => ack());
  expect((await send({ body })).status).toBe(404);
});

test("a listener that ends without an ack gets 404 at once", async () => {
  const { app, send } = await startReceiver({ answerWithin: 60_000 });
  app.action("approve", async () => {});
  expect((await send({ body: click("approve") })).status).toBe(404);
});

test("503 at 2.9 s where the listener has not acknowledged; its late ack harms nothing", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { app, send, receiver } = await startReceiver();
    const [reached, late] = [gate(), gate()];
    app.action("approve", async ({ ack }) => {
      reached.open();
      await late.opened;
      await ack();
    });
    const answer = send({ body: click("approve") });
    await reached.opened;
    let answered = false;
    void answer.then(() => {
      answered = true;
    });
    await vi.advanceTimersByTimeAsync(2_899);
    expect(answered).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await answer).status).toBe(503);
    late.open();
    expect(await receiver.drain(1000)).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("after an error before the ack the person who typed a command gets words, to them alone", async () => {
  const { app, send, lines } = await startReceiver();
  app.command("/promote", async () => {
    throw new Error("boom");
  });
  const response = await send({ body: command({ text: "private words" }) });
  expect([response.status, await response.json()]).toEqual([
    200,
    { response_type: "ephemeral", text: "Something went wrong with /promote. Please try again in a moment." },
  ]);
  const logged = lines.find((line) => line.includes("boom"));
  expect(logged).toContain('"what":"/promote"');
  expect(lines.join("")).not.toContain("private words");
});

test.each([
  ["a click", click("approve")],
  ["a submission", submission("reject")],
])("after an error before the ack %s gets 500, and the next one is heard", async (_, body) => {
  const { app, send } = await startReceiver();
  const fail = vi.fn(async ({ ack }: { ack: () => Promise<void> }) => {
    if (fail.mock.calls.length === 1) throw new Error("boom");
    await ack();
  });
  app.action("approve", fail);
  app.view("reject", fail);
  expect((await send({ body })).status).toBe(500);
  expect((await send({ body })).status).toBe(200);
});

test("an error after the ack, a throw of something that is no error, and a second ack leave the answer as it was", async () => {
  const { app, send, receiver, lines } = await startReceiver();
  app.action("late", async ({ ack }) => {
    await ack();
    throw new Error("late boom");
  });
  app.action("odd", async ({ ack }) => {
    await ack();
    throw undefined;
  });
  app.action("twice", async ({ ack }) => {
    await ack();
    await ack();
  });
  for (const action of ["late", "odd", "twice"])
    expect((await send({ body: click(action) })).status).toBe(200);
  await receiver.drain(1000);
  expect(lines.filter((line) => line.includes("A Slack listener failed"))).toHaveLength(3);
});

test("a workspace that authorize refuses is never acknowledged in silence, and no listener runs", async () => {
  const received = vi.fn(async ({ ack }: { ack: () => Promise<void> }) => ack());
  const authorize = async (teamId: string) => {
    throw new Error(`No installation for ${teamId}`);
  };
  const { app, send } = await startReceiver({ authorize });
  app.command("/promote", received);
  app.action("approve", received);
  app.event("app_home_opened", async () => {
    received({ ack: async () => {} });
  });
  const answer = await send({ body: command() });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    response_type: "ephemeral",
    text: expect.stringContaining("Nothing was changed"),
  });
  expect((await send({ body: click("approve") })).status).toBe(500);
  expect((await send({ body: submission("reject") })).status).toBe(500);
  expect((await send({ body: event("app_home_opened"), contentType: "application/json" })).status).toBe(500);
  expect(received).not.toHaveBeenCalled();
});

test("authorize is asked with the workspace, and listeners get its bot", async () => {
  const authorize = vi.fn(async (teamId: string) => ({ teamId, botToken: "xoxb-of-T1", botId: "B7" }));
  const { app, send } = await startReceiver({ authorize });
  app.command("/promote", async ({ ack, context, client }) => ack(`${context.botId} ${client.token}`));
  expect(await (await send({ body: command() })).text()).toBe("B7 xoxb-of-T1");
  expect(authorize).toHaveBeenCalledWith("T1");
});

test("drain waits for the work after the ack, and answers 503 to what comes meanwhile", async () => {
  const { app, send, receiver } = await startReceiver();
  const work = gate();
  let finished = false;
  app.action("approve", async ({ ack }) => {
    await ack();
    await work.opened;
    finished = true;
  });
  expect((await send({ body: click("approve") })).status).toBe(200);
  const drained = receiver.drain(60_000);
  expect((await send({ body: click("approve") })).status).toBe(503);
  expect(finished).toBe(false);
  work.open();
  expect([await drained, finished]).toEqual([0, true]);
});

test("drain gives up after its limit and says how many were left", async () => {
  const { app, send, receiver } = await startReceiver();
  app.action("approve", async ({ ack }) => {
    await ack();
    await new Promise(() => {});
  });
  await send({ body: click("approve") });
  expect(await receiver.drain(1)).toBe(1);
});

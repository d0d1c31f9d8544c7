import { describe, expect, test, vi } from "vitest";
import { click, command, event, interaction, type SlackPost, submission } from "./sign.ts";
import { startReceiver } from "./start-receiver.ts";

const json = "application/json";
const form = "application/x-www-form-urlencoded";

const malformed: [string, SlackPost][] = [
  ["null as JSON", { body: "null", contentType: json }],
  ["a list as JSON", { body: "[]", contentType: json }],
  ["a string as JSON", { body: '"hello"', contentType: json }],
  ["a number as JSON", { body: "42", contentType: json }],
  ["broken JSON", { body: '{"type":', contentType: json }],
  ["no body at all", { body: "", contentType: json }],
  ["bytes that are not UTF-8", { body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), contentType: json }],
  ["JSON of no known type", { body: "{}", contentType: json }],
  ["an event that is null", { body: '{"type":"event_callback","event":null}', contentType: json }],
  ["an event without a type", { body: '{"type":"event_callback","event":{}}', contentType: json }],
  ["a url_verification without a challenge", { body: '{"type":"url_verification"}', contentType: json }],
  ["an empty form", { body: "", contentType: form }],
  ["a form of something else", { body: "a=1&b=2", contentType: form }],
  ["a command without a person", { body: "command=%2Fpromote&team_id=T1", contentType: form }],
  ["a command without a team", { body: "command=%2Fpromote&user_id=U1", contentType: form }],
  ["an empty payload", { body: "payload=", contentType: form }],
  ["a payload that is null", { body: "payload=null", contentType: form }],
  ["a payload that is a list", { body: "payload=%5B%5D", contentType: form }],
  ["a payload that is a string", { body: "payload=%22x%22", contentType: form }],
  ["a payload that is broken JSON", { body: "payload=%7B", contentType: form }],
  ["a payload without a type", { body: interaction({}), contentType: form }],
  ["a payload without a person", { body: interaction({ type: "shortcut", user: null }), contentType: form }],
  [
    "a payload with a person of no id",
    { body: interaction({ type: "shortcut", user: {} }), contentType: form },
  ],
  [
    "a payload whose team is a string",
    { body: interaction({ type: "shortcut", team: "T1" }), contentType: form },
  ],
  ["a click on nothing", { body: interaction({ type: "block_actions" }), contentType: form }],
  [
    "a click on an empty list",
    { body: interaction({ type: "block_actions", actions: [] }), contentType: form },
  ],
  ["a click on null", { body: interaction({ type: "block_actions", actions: [null] }), contentType: form }],
  ["a submission without a view", { body: interaction({ type: "view_submission" }), contentType: form }],
  [
    "a submission with null as view",
    { body: interaction({ type: "view_submission", view: null }), contentType: form },
  ],
  ["text", { body: command(), contentType: "text/plain" }],
  ["a command sent as JSON", { body: command(), contentType: json }],
  ["a form in parts", { body: command(), contentType: "multipart/form-data; boundary=x" }],
  ["an empty content type", { body: command(), contentType: "" }],
];

test("a signed body that Slack does not send gets 400, and the next good one is heard", async () => {
  const { app, send } = await startReceiver();
  app.use(async ({ next }) => next());
  app.command("/promote", async ({ ack }) => ack("heard"));
  for (const [what, post] of malformed) {
    expect([what, (await send(post)).status]).toEqual([what, 400]);
    expect(await (await send({ body: command() })).text()).toBe("heard");
  }
});

test("bodies with holes that get past the reader are answered, and the process lives", async () => {
  const { app, send } = await startReceiver();
  app.command("/promote", async ({ ack }) => ack("heard"));
  app.event("message", async () => {});
  const holes = [
    { body: '{"type":"event_callback","event":{"type":"message","channel":null}}', contentType: json },
    { body: '{"type":"event_callback","event":{"type":"message","user":null}}', contentType: json },
    { body: '{"type":"event_callback","event":{"type":"message","item":5}}', contentType: json },
    { body: interaction({ type: "block_suggestion", channel: null }) },
    { body: interaction({ type: "message_action", channel: null }) },
    { body: interaction({ type: "x", event: null }) },
  ];
  for (const post of holes) expect((await send(post)).status).toBeGreaterThanOrEqual(400);
  expect(await (await send({ body: command() })).text()).toBe("heard");
});

test.each([
  [`${json}; charset=utf-8`, event("app_home_opened")],
  ["Application/JSON;charset=UTF-8", event("app_home_opened")],
  [`${form}; charset=utf-8`, command()],
  [`${form};charset=UTF-8`, click("approve")],
  [form, submission("reject")],
])("the content type %s is understood", async (contentType, body) => {
  const { app, send } = await startReceiver();
  app.event("app_home_opened", async () => {});
  app.command("/promote", async ({ ack }) => ack());
  app.action("approve", async ({ ack }) => ack());
  app.view("reject", async ({ ack }) => ack());
  expect((await send({ body, contentType })).status).toBe(200);
});

test("what a person typed arrives as typed", async () => {
  const { app, send } = await startReceiver();
  const typed = "Café & <!channel> + 100% 👩‍💻 عربي __proto__";
  app.command("/promote", async ({ ack, command: { text } }) => ack(text));
  expect(await (await send({ body: command({ text: typed, __proto__x: "1" }) })).text()).toBe(typed);
});

test("url_verification is answered with its challenge", async () => {
  const { send } = await startReceiver();
  const response = await send({
    body: JSON.stringify({ type: "url_verification", token: "t", challenge: "3eZbrw1a" }),
    contentType: json,
  });
  expect([response.status, await response.json()]).toEqual([200, { challenge: "3eZbrw1a" }]);
});

test("ssl_check and app_rate_limited are answered 200", async () => {
  const { send, lines } = await startReceiver();
  expect((await send({ body: "ssl_check=1&token=t" })).status).toBe(200);
  expect((await send({ body: '{"type":"app_rate_limited"}', contentType: json })).status).toBe(200);
  expect(lines.some((line) => line.includes("holds back events"))).toBe(true);
});

describe("a request without a signature", () => {
  const unsigned = (body: string, contentType = "application/x-www-form-urlencoded") =>
    new Request("http://bot/slack/events", {
      method: "POST",
      body,
      headers: { "content-type": contentType },
    });

  test.each(["ssl_check=1", "ssl_check=1&token=t", "token=t&ssl_check=1"])(
    "%s is Slack's test of the certificate: an empty 200",
    async (body) => {
      const { receiver } = await startReceiver();
      const response = await receiver.handle(unsigned(body));
      expect([response.status, await response.text()]).toEqual([200, ""]);
    },
  );

  test.each([
    `${command()}&ssl_check=1`,
    `ssl_check=1&command=%2Fpromote&team_id=T1&user_id=U1`,
    `ssl_check=1&${click("approve")}`,
    `${submission("reject")}&ssl_check=1`,
    "ssl_check=0",
    "ssl_check=",
    "ssl_check=true",
    "ssl_check=0&ssl_check=1",
    "",
  ])("%s is refused, and nothing listens to it", async (body) => {
    const { app, receiver } = await startReceiver();
    const received = vi.fn(async ({ ack }: { ack: () => Promise<void> }) => ack());
    app.command("/promote", received);
    app.action("approve", received);
    app.view("reject", received);
    expect((await receiver.handle(unsigned(body))).status).toBe(401);
    expect(received).not.toHaveBeenCalled();
  });

  test.each(['{"ssl_check":"1"}', '{"type":"url_verification","challenge":"x","ssl_check":1}'])(
    "JSON is refused: %s",
    async (body) => {
      const { receiver } = await startReceiver();
      expect((await receiver.handle(unsigned(body, json))).status).toBe(401);
    },
  );
});

test("a body over 1 MB gets 413, announced or not, and unsigned or not", async () => {
  const { send, receiver } = await startReceiver();
  const large = `payload=${"x".repeat(1024 * 1024)}`;
  expect((await send({ body: large })).status).toBe(413);
  const announced = new Request("http://bot/slack/events", {
    method: "POST",
    body: "x",
    headers: { "content-length": String(2 ** 21) },
  });
  expect((await receiver.handle(announced)).status).toBe(413);
});

test("a body that breaks off gets 400", async () => {
  const { receiver } = await startReceiver();
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("payload="));
      controller.error(new Error("gone"));
    },
  });
  const request = new Request("http://bot/slack/events", {
    method: "POST",
    body: broken,
    duplex: "half",
  } as never);
  expect((await receiver.handle(request)).status).toBe(400);
});

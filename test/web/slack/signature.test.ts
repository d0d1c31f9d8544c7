import { expect, test } from "vitest";
import { judgeSignature } from "../../../src/web/receiver/slack-signature.ts";
import { command, type SlackPost, signedHeaders, signingSecret, slackRequest } from "./sign.ts";
import { startReceiver } from "./start-receiver.ts";

const nowSeconds = 1_800_000_000;

async function startAt(seconds: number) {
  const started = await startReceiver({ now: () => seconds * 1000 });
  let heard = 0;
  started.app.command("/promote", async ({ ack }) => {
    heard += 1;
    await ack("heard");
  });
  return { ...started, heard: () => heard };
}

test.each([
  ["now", 0],
  ["300 s ago", -300],
  ["300 s ahead of our clock", 300],
])("a request signed %s is heard", async (_, offset) => {
  const { send, heard } = await startAt(nowSeconds);
  const response = await send({ body: command(), timestamp: nowSeconds + offset });
  expect([response.status, await response.text(), heard()]).toEqual([200, "heard", 1]);
});

const unsigned: [string, SlackPost][] = [
  ["signed 301 s ago", { body: command(), timestamp: nowSeconds - 301 }],
  ["signed 301 s in the future", { body: command(), timestamp: nowSeconds + 301 }],
  ["signed with another secret", { body: command(), timestamp: nowSeconds, secret: "another" }],
  ["with a time that is no number", { body: command(), timestamp: "soon" }],
  ["with a time in exponents", { body: command(), timestamp: "1.8e9" }],
  ["with an empty signature", post({ "x-slack-signature": "" })],
  ["with a short signature", post({ "x-slack-signature": "v0=abcd" })],
  ["with a signature of another version", post({ "x-slack-signature": `v1=${"a".repeat(64)}` })],
  ["with a wrong signature of the right length", post({ "x-slack-signature": `v0=${"a".repeat(64)}` })],
  ["with a signature that is not hexadecimal", post({ "x-slack-signature": `v0=${"é".repeat(64)}` })],
];

function post(headers: Record<string, string>): SlackPost {
  return { body: command(), timestamp: nowSeconds, headers };
}

test.each(unsigned)("a request %s gets 401 and nothing hears it", async (_, request) => {
  const { send, heard } = await startAt(nowSeconds);
  const response = await send(request);
  expect([response.status, heard()]).toEqual([401, 0]);
});

test.each(["x-slack-signature", "x-slack-request-timestamp"])(
  "a request without %s gets 401",
  async (header) => {
    const { receiver, heard } = await startAt(nowSeconds);
    const request = slackRequest({ body: command(), timestamp: nowSeconds });
    request.headers.delete(header);
    expect([(await receiver.handle(request)).status, heard()]).toEqual([401, 0]);
  },
);

test("a body that was altered after signing gets 401, by one byte or by its order", async () => {
  const { receiver, heard } = await startAt(nowSeconds);
  const headers = signedHeaders({ body: command(), timestamp: nowSeconds });
  for (const body of [
    command({ user_id: "U2" }),
    `${command()}&`,
    command().split("&").reverse().join("&"),
  ]) {
    const request = new Request("http://bot/slack/events", { method: "POST", headers, body });
    expect((await receiver.handle(request)).status).toBe(401);
  }
  expect(heard()).toBe(0);
});

test("the signature is that of Slack's documented example", () => {
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  const body = Buffer.from(
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
      "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
      "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  );
  const signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  const request = { signature, timestamp: "1531420618", body };
  expect(judgeSignature("8f742231b10e8888abcd99yyyzzz85a5", request, 1531420618_000).kind).toBe("signed");
  const altered = { ...request, timestamp: "1531420619" };
  expect(judgeSignature(signingSecret, altered, 1531420618_000).kind).toBe("unsigned");
});

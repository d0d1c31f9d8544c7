import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebAPIHTTPError, WebAPIRateLimitedError } from "@slack/web-api";
import { expect, onTestFinished, test } from "vitest";
import { slackClients } from "../../../src/slack/client/clients.ts";
import { recordedLog } from "./start-receiver.ts";

type Answer = { status: number; headers?: Record<string, string>; body?: object };

/** Starts a provider stand-in that gives every call the same response, and counts the calls. */
async function startFarEnd(answer: Answer) {
  const calls: { url: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    calls.push({ url: request.url ?? "", authorization: request.headers.authorization });
    request.resume();
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  return { calls, apiUrl };
}

test.each(["messages", "views", "people"] as const)(
  "a rate-limited call of %s throws at once, and is not repeated",
  async (of) => {
    const { calls, apiUrl } = await startFarEnd({ status: 429, headers: { "retry-after": "30" } });
    const clients = slackClients({ token: "xoxb-1", apiUrl, log: recordedLog().log });
    const error = await clients[of].apiCall("chat.postMessage").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WebAPIRateLimitedError);
    expect([(error as WebAPIRateLimitedError).retryAfter, calls.length]).toEqual([30, 1]);
  },
);

test("a failed call is not repeated, and another token's client keeps its own token", async () => {
  const { calls, apiUrl } = await startFarEnd({ status: 500 });
  const { log, lines } = recordedLog();
  const [one, two] = ["xoxb-one", "xoxb-two"].map((token) => slackClients({ token, apiUrl, log }));
  for (const clients of [one, two, one]) {
    await expect(
      clients?.messages.chat.postMessage({ channel: "D1", text: "private words" }),
    ).rejects.toBeInstanceOf(WebAPIHTTPError);
  }
  expect(calls.map((call) => call.authorization)).toEqual([
    "Bearer xoxb-one",
    "Bearer xoxb-two",
    "Bearer xoxb-one",
  ]);
  expect(calls.every((call) => call.url === "/api/chat.postMessage")).toBe(true);
  expect(lines.join("")).not.toContain("xoxb-");
});

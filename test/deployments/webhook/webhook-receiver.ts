import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { DeployEvent } from "../../../src/deliver/deployers/payload.ts";

/** One received POST. */
export type Call = { headers: IncomingHttpHeaders; body: string; event: DeployEvent };

/** Starts a webhook receiver that records its calls and responds as the test says. */
export async function startWebhookReceiver() {
  const calls: Call[] = [];
  let answer: (response: ServerResponse, call: Call) => void = (response) => response.writeHead(202).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const call = { headers: request.headers, body, event: JSON.parse(body) as DeployEvent };
      calls.push(call);
      answer(response, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    calls,
    port,
    url: `http://127.0.0.1:${port}/hook`,
    /** Sets how later calls are answered. Without an argument, with 202. */
    answers(how: typeof answer = (response) => response.writeHead(202).end()) {
      answer = how;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;

/**
 * Returns the event of a call, verified as its receiver does.
 * @throws if this secret did not sign it
 */
export const verifySignature = ({ headers, body }: Call, secret: string): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

/** Sends a report as the receiver does. */
export async function report(
  { report: { url, token } }: Pick<DeployEvent, "report">,
  body: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
